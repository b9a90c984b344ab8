import * as Plot from "@observablehq/plot";
import type { Interval } from "../../protocol/interval.ts";
import { scoreWithInterval } from "../figures.ts";
import type { Html } from "../html.ts";
import type { RunReportData } from "../run-report-data.ts";
import { CHART_WIDTH, draw } from "./draw.ts";

interface Point extends Interval {
  readonly place: string;
  readonly kind: "base" | "accepted" | "rejected" | "test";
}

const COLOURS = {
  base: "var(--muted)",
  accepted: "var(--accent)",
  rejected: "var(--accent)",
  test: "var(--ink)",
} as const;

/** Validation score of the base model and of each iteration, with intervals, the best so far, and the held-out test. */
export function scoreChart(data: RunReportData): Html {
  const { run, iterations } = data;
  const points: Point[] = [];
  if (run.baseline !== null) points.push({ ...run.baseline, place: "base model", kind: "base" });
  const failed: { readonly place: string; readonly reason: string }[] = [];
  const best: { readonly place: string; readonly value: number }[] = [];
  let soFar = run.baseline?.value ?? null;
  if (soFar !== null) best.push({ place: "base model", value: soFar });
  for (const { record } of iterations) {
    const place = `it ${record.index}`;
    const { accepted, reason } = record.decision;
    if (record.validation === null) failed.push({ place, reason });
    else points.push({ ...record.validation, place, kind: accepted ? "accepted" : "rejected" });
    if (accepted && record.validation !== null) soFar = record.validation.value;
    if (soFar !== null) best.push({ place, value: soFar });
  }
  if (run.test !== null) points.push({ ...run.test, place: "test", kind: "test" });
  const domain = ["base model", ...iterations.map(({ record }) => `it ${record.index}`)];
  if (run.test !== null) domain.push("test");
  const crowded = domain.length > 16;

  return draw({
    title: "Score per iteration",
    description: points.map((p) => `${p.place}: ${scoreWithInterval(p)}`).join("; "),
    width: CHART_WIDTH,
    height: 320,
    marginTop: 24,
    marginLeft: 44,
    x: { type: "point", domain, label: null, padding: 0.5, tickSize: 0, tickPadding: 12 },
    y: { domain: [0, 1], ticks: 5, label: null, tickSize: 0, tickFormat: ".1f" },
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      Plot.lineY(best, {
        x: "place",
        y: "value",
        curve: "step-after",
        stroke: "var(--accent)",
        strokeOpacity: 0.35,
        strokeWidth: 1.5,
      }),
      Plot.ruleX(points, {
        x: "place",
        y1: "low",
        y2: "high",
        stroke: (point: Point) => COLOURS[point.kind],
        strokeWidth: 1.5,
      }),
      Plot.dot(points, {
        x: "place",
        y: "value",
        r: 5,
        stroke: (point: Point) => COLOURS[point.kind],
        strokeWidth: 1.75,
        fill: (point: Point) => (point.kind === "rejected" ? "var(--paper)" : COLOURS[point.kind]),
        title: (point: Point) => `${point.place}, ${point.kind}: ${scoreWithInterval(point)}`,
      }),
      crowded
        ? null
        : Plot.text(points, {
            x: "place",
            y: "value",
            text: (point: Point) => point.value.toFixed(2),
            dx: 7,
            dy: -9,
            textAnchor: "start",
            fill: "var(--ink)",
            stroke: "var(--paper)",
            strokeWidth: 4,
          }),
      Plot.text(failed, {
        x: "place",
        y: 0,
        dy: -9,
        text: () => "✕",
        fontSize: 14,
        fill: "var(--bad)",
        title: (point: { reason: string }) => point.reason,
      }),
      Plot.ruleY([0], { stroke: "var(--muted)" }),
    ],
  });
}
