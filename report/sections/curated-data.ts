import type { AuditView } from "../../protocol/feedback.ts";
import { count, percent } from "../figures.ts";
import { type Html, html, type Part } from "../html.ts";
import { section, table } from "../parts.ts";
import { allExperiments, experimentName, type RunReportData } from "../run-report-data.ts";

/** What each curation made, and what the contamination audit took out; null where nothing was curated. */
export function curatedData(data: RunReportData, prefix: string): Html | null {
  const rows = allExperiments(data).flatMap((experiment): Part[][] => {
    const statistics = experiment.feedback?.data?.full ?? null;
    const audit = experiment.feedback?.data?.audit ?? null;
    if (statistics === null) return [];
    const { tokenLengths } = statistics;
    return [
      [
        experimentName(experiment),
        count(statistics.rows),
        count(statistics.duplicateRows),
        count(statistics.overContextRows),
        `${count(tokenLengths.p50)} / ${count(tokenLengths.p95)} / ${count(tokenLengths.max)}`,
        percent(statistics.answerFormatPassRate),
        audit === null ? "–" : count(audit.removed),
        audit === null ? "–" : count(audit.devMatches.length),
        audit?.heldOutMatches == null ? "not shown" : count(audit.heldOutMatches),
        brokenText(audit?.constraints),
      ],
    ];
  });
  if (rows.length === 0) return null;
  return section(`${prefix}data`, "Curated data", [
    table(
      "Curated data",
      [
        { title: "" },
        { title: "rows", figures: true },
        { title: "duplicates", figures: true },
        { title: "over context", figures: true },
        { title: "tokens p50 / p95 / max", figures: true },
        { title: "in answer format", figures: true },
        { title: "removed by audit, at most", figures: true },
        { title: "dev matches", figures: true },
        { title: "held-out matches, rounded up", figures: true },
        { title: "rows that break a constraint", figures: true },
      ],
      rows,
    ),
    html`<p class="caption">Rows that match dev, validation or test items or break a constraint are removed before training. Of validation and test only one count is
told, rounded up to a power of two.</p>`,
  ]);
}

function brokenText(constraints: AuditView["constraints"]): string {
  const found = Object.entries(constraints ?? {});
  return found.length === 0
    ? "–"
    : found.map(([name, { rows }]) => `${name} ${count(rows)}`).join(", ");
}
