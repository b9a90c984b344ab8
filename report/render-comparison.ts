import { type Progress, progressChart } from "./charts/progress-chart.ts";
import { testChart } from "./charts/test-chart.ts";
import { duration, score, scoreWithInterval, total } from "./figures.ts";
import { type Html, html, type Part } from "./html.ts";
import { contents, page } from "./page.ts";
import { figure, section, table } from "./parts.ts";
import { runBody } from "./render-run-report.ts";
import { runNames } from "./run-names.ts";
import type { RunReportData } from "./run-report-data.ts";
import { runBadges } from "./sections/heading.ts";
import { timeFigure } from "./sections/time.ts";

/** Several runs side by side as one self-contained HTML page, each run's own report below. */
export function renderComparison(runs: readonly RunReportData[]): string {
  const names = runNames(runs.map(({ run }) => run));
  const tasks = [...new Set(runs.map(({ run }) => run.spec.task))].join(", ");
  const title = `${names.join(", ")} on ${tasks}`;
  const body = html`<header><p class="overline">${tasks} · ${runs.length} runs side by side</p><h1>${title}</h1></header>
${contents([
  ["leaderboard", "Leaderboard", leaderboard(runs, names)],
  ["progress", "Progress", progress(runs, names)],
  ["time-together", "Time", time(runs, names)],
])}
${runs.map((data, index) => html`<details class="run"><summary>${names[index] ?? ""}: the whole report</summary>${runBody(data, `run${index + 1}-`)}</details>`)}`;
  return page(`${title} – FT-Dojo`, body);
}

function colour(index: number): string {
  return index === 0 ? "var(--accent)" : `var(--series-${((index - 1) % 6) + 1})`;
}

function leaderboard(runs: readonly RunReportData[], names: readonly string[]): Html {
  const rows = runs.map((data, index): Part[] => {
    const { run } = data;
    return [
      html`${names[index] ?? ""}<span class="marks">${runBadges(run)}</span>`,
      scoreWithInterval(run.test),
      run.test?.n ?? "–",
      scoreWithInterval(run.bestValidation),
      score(run.baseline?.value ?? null),
      data.iterations.length,
      duration(run.spent.gpuSeconds),
      duration(run.spent.wallSeconds),
      run.spent.usage.costUsd.toFixed(2),
    ];
  });
  const chart = testChart(
    runs.flatMap(({ run }, index) =>
      run.test === null
        ? []
        : [{ name: names[index] ?? "", colour: colour(index), test: run.test }],
    ),
  );
  const board = table(
    "Leaderboard",
    [
      { title: "" },
      { title: "test [95% interval]", figures: true },
      { title: "items", figures: true },
      { title: "best validation", figures: true },
      { title: "base model", figures: true },
      { title: "iterations", figures: true },
      { title: "device time", figures: true },
      { title: "wall time", figures: true },
      { title: "USD", figures: true },
    ],
    rows,
  );
  const caption = html`Held-out test scores with 95% intervals over items. One run per line: the spread between seeds is not in these intervals.`;
  return section("leaderboard", "Leaderboard", [
    chart === null
      ? html`<p>No run has opened its held-out test yet.</p>`
      : html`<figure><div class="chart scroll">${chart}</div><figcaption>${caption}</figcaption></figure>`,
    board,
  ]);
}

function progress(runs: readonly RunReportData[], names: readonly string[]): Html | null {
  const curves = runs.map((data, index) => ({
    name: names[index] ?? "",
    colour: colour(index),
    points: bestSoFar(data),
  }));
  const chart = progressChart(curves);
  if (chart === null) return null;
  const last = Math.max(...curves.flatMap((curve) => curve.points.map((point) => point.iteration)));
  const steps = Array.from({ length: last + 1 }, (_, iteration) => iteration);
  return section(
    "progress",
    "Best validation score after each iteration",
    figure({
      chart,
      caption: html`Iteration 0 is the base model.`,
      table: table(
        "Best validation score after each iteration",
        [{ title: "" }, ...steps.map((step) => ({ title: String(step), figures: true }))],
        curves.map((curve) => [
          curve.name,
          ...steps.map((step) =>
            score(curve.points.find((point) => point.iteration === step)?.value ?? null),
          ),
        ]),
      ),
    }),
  );
}

function bestSoFar(data: RunReportData): Progress["points"] {
  const points: { readonly iteration: number; readonly value: number }[] = [];
  let best = data.run.baseline?.value ?? null;
  if (best !== null) points.push({ iteration: 0, value: best });
  for (const { record } of data.iterations) {
    if (record.decision.accepted && record.validation !== null) best = record.validation.value;
    if (best !== null) points.push({ iteration: record.index, value: best });
  }
  return points;
}

function time(runs: readonly RunReportData[], names: readonly string[]): Html | null {
  const timed = runs.map((data, index) => {
    const seconds: Record<string, number> = {};
    const parts = [
      ...data.iterations.map(({ record }) => record.secondsByStage),
      ...data.otherExperiments.map(({ record }) => record.result.secondsByStage),
    ];
    for (const part of parts) {
      for (const [stage, value] of Object.entries(part))
        seconds[stage] = (seconds[stage] ?? 0) + value;
    }
    return { name: names[index] ?? "", seconds };
  });
  const body = timeFigure(
    timed.filter(({ seconds }) => total(seconds) > 0),
    "Seconds per stage, by run",
  );
  return body === null ? null : section("time-together", "Where the time went", body);
}
