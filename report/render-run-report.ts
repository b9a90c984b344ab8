import type { Html } from "./html.ts";
import { html } from "./html.ts";
import { contents, page } from "./page.ts";
import type { RunReportData } from "./run-report-data.ts";
import { curatedData } from "./sections/curated-data.ts";
import { errors } from "./sections/errors.ts";
import { heading } from "./sections/heading.ts";
import { lineage } from "./sections/lineage.ts";
import { scores } from "./sections/scores.ts";
import { strategies } from "./sections/strategies.ts";
import { timeSpent } from "./sections/time.ts";
import { training } from "./sections/training.ts";

/** The report of one run as one self-contained HTML page. The same data gives the same page, byte for byte. */
export function renderRunReport(data: RunReportData): string {
  const { spec } = data.run;
  return page(`${spec.variant} on ${spec.task}, seed ${spec.seed} – FT-Dojo`, runBody(data, ""));
}

/** A run's heading and sections; `prefix` keeps the ids of several runs on one page apart. */
export function runBody(data: RunReportData, prefix: string): Html {
  return html`${heading(data)}${contents([
    [`${prefix}scores`, "Scores", scores(data, prefix)],
    [`${prefix}strategies`, "Strategies", strategies(data, prefix)],
    [`${prefix}training`, "Training", training(data, prefix)],
    [`${prefix}time`, "Time", timeSpent(data, prefix)],
    [`${prefix}errors`, "Errors", errors(data, prefix)],
    [`${prefix}data`, "Data", curatedData(data, prefix)],
    [`${prefix}lineage`, "Lineage", lineage(data, prefix)],
  ])}`;
}
