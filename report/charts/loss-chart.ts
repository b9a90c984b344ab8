import * as Plot from "@observablehq/plot";
import type { Html } from "../html.ts";
import { CHART_WIDTH, draw, scalesOf } from "./draw.ts";
import { spread } from "./spread.ts";

/** One training: its name, and whether its model is the accepted one. */
export interface LossCurve {
  readonly name: string;
  readonly best: boolean;
  readonly points: readonly { readonly step: number; readonly loss: number }[];
}

/** Training loss by optimizer step, one line per training; null where none got a step. */
export function lossChart(curves: readonly LossCurve[]): Html | null {
  const drawn = curves
    .map((curve) => ({ ...curve, points: curve.points.filter((point) => point.loss > 0) }))
    .filter((curve) => curve.points.length > 0);
  if (drawn.length === 0) return null;
  const losses = drawn.flatMap((curve) => curve.points.map((point) => point.loss));
  const steps = drawn.flatMap((curve) => curve.points.map((point) => point.step));
  const low = Math.min(...losses);
  const high = Math.max(...losses);
  // One decade at least, so that a flat curve is not blown up into noise.
  const bottom = Math.min(low, high / 10);
  const ticks = readableTicks(bottom, high);
  const frame = {
    width: CHART_WIDTH,
    height: 320,
    marginTop: 24,
    marginLeft: 52,
    marginRight: 84,
    marginBottom: 44,
    x: {
      domain: [0, Math.max(...steps)],
      label: "optimizer step",
      labelArrow: "none" as const,
      labelAnchor: "center" as const,
    },
    y: {
      type: "log" as const,
      domain: [bottom, high],
      ticks,
      tickFormat: "~g",
      tickSize: 0,
      label: null,
    },
  };
  const scale = scalesOf(frame);
  const ends = drawn.map((curve) => ({
    ...curve,
    end: curve.points.at(-1) as LossCurve["points"][0],
  }));
  const heights = ends.map((curve) => scale("y", curve.end.loss));
  const placed = spread(heights, 14);
  return draw({
    ...frame,
    title: "Training loss",
    description: ends
      .map(({ name, end }) => `${name} ends at ${end.loss.toPrecision(3)}`)
      .join("; "),
    marks: [
      Plot.gridY({ ticks, stroke: "var(--line)", strokeOpacity: 1 }),
      ...[...drawn]
        .sort((a, b) => Number(a.best) - Number(b.best))
        .map((curve) =>
          Plot.lineY(curve.points, {
            x: "step",
            y: "loss",
            stroke: curve.best ? "var(--accent)" : "var(--muted)",
            strokeOpacity: curve.best ? 1 : 0.6,
            strokeWidth: curve.best ? 2.25 : 1.25,
          }),
        ),
      ...ends.map((curve, index) =>
        Plot.text([curve.end], {
          x: "step",
          y: "loss",
          text: () => (curve.best ? `${curve.name} (best)` : curve.name),
          textAnchor: "start",
          dx: 8,
          dy: (placed[index] ?? 0) - (heights[index] ?? 0),
          fill: curve.best ? "var(--accent)" : "var(--muted)",
          fontWeight: curve.best ? 600 : 400,
        }),
      ),
    ],
  });
}

/** 1, 2 and 5 times the powers of ten between two values; the powers alone where that were many. */
function readableTicks(low: number, high: number): number[] {
  const factors = high / low > 2000 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}
