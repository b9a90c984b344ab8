import { stripVTControlCharacters } from "node:util";

/** The part of a terminal stream that drawing needs. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Redraws a block of lines in place at the bottom of a terminal. */
export class Screen {
  readonly #stream: TerminalStream;
  #drawn = 0;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.#stream.columns ?? 100, rows: this.#stream.rows ?? 40 };
  }

  /** Puts these lines where the last ones were. Lines that would wrap are cut, or the cursor would lose its place. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = this.size;
    const shown = lines.slice(0, rows - 1).map((line) => cut(line, columns));
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : "";
    this.#stream.write(`${up}\u001b[0J${shown.map((line) => `${line}\n`).join("")}`);
    this.#drawn = shown.length;
  }

  /** Removes the block. */
  clear(): void {
    this.draw([]);
  }
}

/** A line too wide for the terminal loses its colours and its end. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  if ([...plain].length <= columns) return line;
  return `${[...plain].slice(0, columns - 1).join("")}…`;
}
