import * as Plot from "@observablehq/plot";
import type { Html } from "../html.ts";
import { CHART_WIDTH, draw } from "./draw.ts";

/** One part of a bar. */
export interface BarPart {
  readonly label: string;
  readonly value: number;
  readonly colour: string;
}

/** One bar: its name and its parts, from the left. */
export interface Bar {
  readonly name: string;
  readonly parts: readonly BarPart[];
}

interface Segment extends BarPart {
  readonly bar: string;
  readonly from: number;
  readonly to: number;
}

/** Horizontal stacked bars with their totals. */
export function stackedBars(options: {
  readonly title: string;
  readonly axis: string;
  readonly bars: readonly Bar[];
  readonly format: (value: number) => string;
}): Html {
  const { title, axis, bars, format } = options;
  const segments = bars.flatMap(segmentsOf);
  const sums = bars.map((bar) => ({
    name: bar.name,
    sum: bar.parts.reduce((sum, part) => sum + part.value, 0),
  }));
  const longest = Math.max(...bars.map((bar) => bar.name.length));
  return draw({
    title,
    description: sums.map(({ name, sum }) => `${name}: ${format(sum)}`).join("; "),
    width: CHART_WIDTH,
    height: 54 + bars.length * 30,
    marginTop: 6,
    marginBottom: 40,
    marginLeft: Math.min(260, 18 + longest * 7),
    marginRight: 84,
    x: { label: axis, labelArrow: "none", labelAnchor: "center", ticks: 6, tickSize: 0 },
    y: { domain: bars.map((bar) => bar.name), label: null, tickSize: 0, padding: 0.32 },
    marks: [
      Plot.gridX({ ticks: 6, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.barX(segments, {
        x1: "from",
        x2: "to",
        y: "bar",
        fill: (segment: Segment) => segment.colour,
        title: (segment: Segment) => `${segment.bar}, ${segment.label}: ${format(segment.value)}`,
      }),
      Plot.text(sums, {
        x: "sum",
        y: "name",
        text: (bar: { sum: number }) => format(bar.sum),
        textAnchor: "start",
        dx: 8,
        fill: "var(--ink)",
      }),
    ],
  });
}

function segmentsOf(bar: Bar): Segment[] {
  let from = 0;
  return bar.parts.map((part) => {
    const segment = { ...part, bar: bar.name, from, to: from + part.value };
    from = segment.to;
    return segment;
  });
}
