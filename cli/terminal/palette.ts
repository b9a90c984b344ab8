import { styleText } from "node:util";

/** Colours for one stream: plain text unless it is a terminal and NO_COLOR is unset. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** The palette of a stream; `styleText` itself honours NO_COLOR, FORCE_COLOR and whether it is a terminal. */
export function paletteFor(stream: NodeJS.WritableStream): Palette {
  const paint = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { stream });
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    cyan: paint("cyan"),
  };
}
