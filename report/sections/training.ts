import { lossChart } from "../charts/loss-chart.ts";
import { count, duration, loss } from "../figures.ts";
import { type Html, html, type Part } from "../html.ts";
import { figure, section, table } from "../parts.ts";
import {
  allExperiments,
  experimentName,
  mainExperiment,
  type RunReportData,
} from "../run-report-data.ts";

/** Loss curves and what every training did; null where nothing was trained. */
export function training(data: RunReportData, prefix: string): Html | null {
  const bestIteration = data.iterations.find(({ record }) => record.index === data.run.best);
  const best = bestIteration === undefined ? null : mainExperiment(bestIteration);
  const trained = allExperiments(data).filter(
    ({ feedback }) => feedback !== null && feedback.training !== null,
  );
  const chart = lossChart(
    trained.map((experiment) => ({
      name: experimentName(experiment),
      best: experiment === best,
      points: experiment.feedback?.training?.lossCurve ?? [],
    })),
  );
  if (chart === null) return null;
  const rows = trained.map((experiment): Part[] => {
    const report = experiment.feedback?.training ?? null;
    const { config } = experiment.record.result.lineage;
    return [
      experimentName(experiment),
      config === null ? "–" : `${config.method}, learning rate ${config.learning_rate}`,
      report === null ? "–" : count(report.steps),
      loss(report?.trainLoss ?? null),
      loss(report?.holdoutLoss ?? null),
      loss(report?.overfittingGap ?? null),
      report === null ? "–" : count(Math.round(report.tokensPerSecond)),
      report === null ? "–" : `${Math.round(report.peakMemoryBytes / 1e6)} MB`,
      duration(experiment.record.result.secondsByStage.trainModel ?? 0),
      report === null ? "–" : String(report.resumes),
    ];
  });
  return section(
    `${prefix}training`,
    "Training",
    figure({
      chart,
      caption: html`Training loss by optimizer step, on a logarithmic scale. <code>-r</code> marks repairs, <code>-c</code> confirmations with another
training seed.`,
      table: table(
        "Trainings",
        [
          { title: "" },
          { title: "method" },
          { title: "steps", figures: true },
          { title: "train loss", figures: true },
          { title: "hold-out loss", figures: true },
          { title: "gap", figures: true },
          { title: "tokens/s", figures: true },
          { title: "peak memory", figures: true },
          { title: "time", figures: true },
          { title: "resumes", figures: true },
        ],
        rows,
      ),
    }),
  );
}
