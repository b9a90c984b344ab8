import * as Plot from "@observablehq/plot";
import type { Interval } from "../../protocol/interval.ts";
import { scoreWithInterval } from "../figures.ts";
import type { Html } from "../html.ts";
import { CHART_WIDTH, draw } from "./draw.ts";

/** A run's figure on the test split. */
export interface TestPoint {
  readonly name: string;
  readonly colour: string;
  readonly test: Interval;
}

/** Held-out test scores of several runs with their intervals, one line per run. */
export function testChart(points: readonly TestPoint[]): Html | null {
  if (points.length === 0) return null;
  const flat = points.map(({ name, colour, test }) => ({ name, colour, ...test }));
  type Flat = (typeof flat)[number];
  const longest = Math.max(...flat.map((point) => point.name.length));
  return draw({
    title: "Held-out test score",
    description: flat.map((point) => `${point.name}: ${scoreWithInterval(point)}`).join("; "),
    width: CHART_WIDTH,
    height: 54 + flat.length * 38,
    marginTop: 6,
    marginBottom: 40,
    marginLeft: Math.min(260, 18 + longest * 7),
    marginRight: 150,
    x: {
      domain: [0, 1],
      ticks: 5,
      tickFormat: ".1f",
      tickSize: 0,
      label: "test score",
      labelArrow: "none",
      labelAnchor: "center",
    },
    y: {
      type: "point",
      domain: flat.map((point) => point.name),
      padding: 0.6,
      label: null,
      tickSize: 0,
    },
    marks: [
      Plot.gridX({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.ruleY(flat, {
        y: "name",
        x1: "low",
        x2: "high",
        stroke: (p: Flat) => p.colour,
        strokeWidth: 2,
      }),
      Plot.dot(flat, { x: "value", y: "name", r: 6, fill: (p: Flat) => p.colour }),
      Plot.text(flat, {
        y: "name",
        frameAnchor: "right",
        dx: 138,
        textAnchor: "end",
        text: (p: Flat) => scoreWithInterval(p),
        fill: "var(--ink)",
      }),
    ],
  });
}
