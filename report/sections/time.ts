import { stackedBars } from "../charts/stacked-bars.ts";
import { duration, total } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { figure, legend, section, table } from "../parts.ts";
import type { RunReportData } from "../run-report-data.ts";
import { STAGE_LOOKS } from "../stage-look.ts";

/** Seconds by stage of one thing that took time. */
export interface Timed {
  readonly name: string;
  readonly seconds: Readonly<Record<string, number | undefined>>;
}

/** Where the time of a run went, per iteration; null where nothing was timed. */
export function timeSpent(data: RunReportData, prefix: string): Html | null {
  const timed: Timed[] = data.otherExperiments
    .filter(({ record }) => record.iteration === 0)
    .map(({ record }) => ({ name: "base model", seconds: record.result.secondsByStage }));
  for (const { record } of data.iterations) {
    timed.push({ name: `it ${record.index}`, seconds: record.secondsByStage });
  }
  const body = timeFigure(timed, "Seconds per stage");
  return body === null ? null : section(`${prefix}time`, "Where the time went", body);
}

/** Stacked bars of seconds by stage with their table; null where nothing was timed. */
export function timeFigure(timed: readonly Timed[], title: string): Html | null {
  const stages = STAGE_LOOKS.filter(({ stage }) =>
    timed.some(({ seconds }) => (seconds[stage] ?? 0) > 0),
  );
  if (stages.length === 0) return null;
  return figure({
    chart: stackedBars({
      title,
      axis: "seconds",
      format: duration,
      bars: timed.map(({ name, seconds }) => ({
        name,
        parts: stages.map(({ stage, label, colour }) => ({
          label,
          colour,
          value: seconds[stage] ?? 0,
        })),
      })),
    }),
    legend: legend(stages),
    caption: html`Seconds of the jobs themselves, repairs and confirmations included; waiting in a queue is not counted.`,
    table: table(
      title,
      [
        { title: "" },
        ...stages.map(({ label }) => ({ title: label, figures: true })),
        { title: "together", figures: true },
      ],
      timed.map(({ name, seconds }) => [
        name,
        ...stages.map(({ stage }) => duration(seconds[stage] ?? 0)),
        duration(total(seconds)),
      ]),
    ),
  });
}
