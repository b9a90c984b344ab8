import * as Plot from "@observablehq/plot";
import type { Html } from "../html.ts";
import { CHART_WIDTH, draw, scalesOf } from "./draw.ts";
import { spread } from "./spread.ts";

/** Best validation score of one run after each iteration; iteration 0 is the base model. */
export interface Progress {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly iteration: number; readonly value: number }[];
}

/** How several runs got to their scores; null where none has a score. */
export function progressChart(runs: readonly Progress[]): Html | null {
  const drawn = runs.filter((run) => run.points.length > 0);
  if (drawn.length === 0) return null;
  const last = Math.max(1, ...drawn.flatMap((run) => run.points.map((point) => point.iteration)));
  const longest = Math.max(...drawn.map((run) => run.name.length));
  const frame = {
    width: CHART_WIDTH,
    height: 300,
    marginTop: 20,
    marginLeft: 44,
    marginRight: Math.min(260, 24 + longest * 7),
    marginBottom: 44,
    x: {
      domain: [0, last],
      ticks: Math.min(last, 12),
      tickFormat: "d",
      label: "iterations done",
      labelArrow: "none" as const,
      labelAnchor: "center" as const,
    },
    y: { domain: [0, 1], ticks: 5, tickFormat: ".1f", tickSize: 0, label: null },
  };
  const scale = scalesOf(frame);
  const ends = drawn.map((run) => run.points.at(-1) as Progress["points"][0]);
  const heights = ends.map((end) => scale("y", end.value));
  const placed = spread(heights, 15);
  return draw({
    ...frame,
    title: "Best validation score after each iteration",
    description: drawn
      .map((run, index) => `${run.name} ends at ${ends[index]?.value.toFixed(3)}`)
      .join("; "),
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      ...drawn.map((run) =>
        Plot.lineY(run.points, {
          x: "iteration",
          y: "value",
          curve: "step-after",
          stroke: run.colour,
          strokeWidth: 2,
          marker: "dot",
        }),
      ),
      ...drawn.map((run, index) =>
        Plot.text([ends[index]], {
          x: "iteration",
          y: "value",
          text: () => run.name,
          textAnchor: "start",
          // A run that ended early has others' lines to its right, so its name stands above.
          dx: ends[index]?.iteration === last ? 10 : 0,
          dy: ends[index]?.iteration === last ? (placed[index] ?? 0) - (heights[index] ?? 0) : -12,
          fill: run.colour,
          fontWeight: 600,
        }),
      ),
    ],
  });
}
