import { scoreWithInterval } from "../figures.ts";
import { type Html, html, type Part } from "../html.ts";
import { badge, digest, section, table } from "../parts.ts";
import { allExperiments, experimentName, type RunReportData } from "../run-report-data.ts";

/** Where every number comes from: enough to make each experiment again. */
export function lineage(data: RunReportData, prefix: string): Html | null {
  const experiments = allExperiments(data);
  if (experiments.length === 0) return null;
  const rows = experiments.map((experiment): Part[] => {
    const { result } = experiment.record;
    const { lineage: made } = result;
    return [
      experimentName(experiment),
      result.failure?.class ?? result.outcome,
      scoreWithInterval(result.benchmark?.validation ?? null),
      digest(made.dataSha256),
      digest(made.submissionSha256),
      digest(made.scriptSha256),
      digest(made.curatedSha256),
      digest(made.baseModelSha256),
      digest(made.weightsSha256),
      `${made.seeds.curate} / ${made.seeds.train}`,
      html`<span class="line">${made.device === null ? "–" : `${made.device}, ${made.threads ?? "?"} threads`}</span>`,
      made.protection === "unprotected"
        ? badge("warn", "unprotected")
        : made.image === undefined
          ? made.protection
          : html`${made.protection} ${digest(made.image.replace("sha256:", ""))}`,
      html`<span class="line">${Object.entries(made.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}</span>`,
    ];
  });
  const problems = experiments.filter(({ feedbackProblem }) => feedbackProblem !== null);
  return section(`${prefix}lineage`, "Lineage", [
    table(
      "Lineage",
      [
        { title: "" },
        { title: "outcome" },
        { title: "validation", figures: true },
        { title: "data" },
        { title: "submission" },
        { title: "script" },
        { title: "curated" },
        { title: "base model" },
        { title: "weights" },
        { title: "seeds curate / train", figures: true },
        { title: "device" },
        { title: "isolation" },
        { title: "versions" },
      ],
      rows,
    ),
    html`<p class="caption">The first ten digits of each sha256; the whole digest is the cell's tooltip and stands in the store.</p>`,
    problems.map(
      (experiment) =>
        html`<p class="notice">The feedback of ${experimentName(experiment)} can't be read: ${experiment.feedbackProblem}</p>`,
    ),
  ]);
}
