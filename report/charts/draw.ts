import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { type Html, trusted } from "../html.ts";

/** Options of a plot besides its document; `title` is what a screen reader says. */
export interface ChartOptions extends Omit<Plot.PlotOptions, "document" | "title"> {
  readonly title: string;
  readonly description: string;
}

const STYLE = { background: "none", fontSize: "12px", overflow: "visible" };

/**
 * Draws a plot to inline SVG, in no browser. Marks get colours as functions or `var(--…)` constants, and data only through channels,
 * which the library writes as text nodes and attributes: nothing that a model wrote becomes markup.
 */
export function draw({ title, description, ...options }: ChartOptions): Html {
  const svg = Plot.plot({ ...pageOptions(), style: STYLE, ...options });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}. ${description}`);
  return trusted(svg.outerHTML);
}

/** The scales of a plot, to place labels by. */
export function scalesOf(options: Plot.PlotOptions): (name: "x" | "y", value: number) => number {
  const plot = Plot.plot({ ...pageOptions(), ...options });
  return (name, value) => plot.scale(name)?.apply(value) as number;
}

function pageOptions(): Pick<Plot.PlotOptions, "document"> {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  return { document: document as unknown as Plot.PlotOptions["document"] };
}

/** Width of all charts in pixels before they are scaled to the page. */
export const CHART_WIDTH = 880;
