import { scoreChart } from "../charts/score-chart.ts";
import { deltaWithInterval, scoreWithInterval } from "../figures.ts";
import { type Html, html, type Part } from "../html.ts";
import { figure, section, table } from "../parts.ts";
import type { RunReportData } from "../run-report-data.ts";

/** Score per iteration with its chart, and why each was accepted or not. */
export function scores(data: RunReportData, prefix: string): Html {
  const { run, iterations } = data;
  const rows: Part[][] = [["base model", scoreWithInterval(run.baseline), "", "", ""]];
  for (const { record } of iterations) {
    rows.push([
      `it ${record.index}`,
      scoreWithInterval(record.validation),
      record.delta === null ? "–" : deltaWithInterval(record.delta),
      record.delta === null ? "–" : record.delta.probability.toFixed(3),
      html`${record.decision.accepted ? "accepted" : "not accepted"}: ${record.decision.reason}`,
    ]);
  }
  if (run.test !== null) rows.push(["test", scoreWithInterval(run.test), "", "", "held-out, once"]);
  const { minimumProbability, confirmBelowSpreads } = run.spec.acceptance;
  return section(
    `${prefix}scores`,
    "Score per iteration",
    figure({
      chart: scoreChart(data),
      caption: html`Validation scores with 95% intervals. Filled: accepted. Hollow: not accepted. ✕: no score, the experiment
failed. The thin line is the best so far. A candidate is accepted when it beats the best with a probability of at least
${minimumProbability} over the same items; a gain under ${confirmBelowSpreads} seed spreads is first confirmed by training with another
seed. The test split is opened once, at the end.`,
      table: table(
        "Score per iteration",
        [
          { title: "" },
          { title: "score [95% interval]", figures: true },
          { title: "difference to the best", figures: true },
          { title: "probability of a gain", figures: true },
          { title: "decision" },
        ],
        rows,
      ),
    }),
  );
}
