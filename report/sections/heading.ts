import type { RunRecord } from "../../protocol/records.ts";
import { count, duration, score, scoreWithInterval, time } from "../figures.ts";
import { type Html, html, type Part } from "../html.ts";
import { badge } from "../parts.ts";
import type { RunReportData } from "../run-report-data.ts";

/** What sets a run apart and must not be overlooked; empty for a plain, finished, protected run. */
export function runBadges(run: RunRecord): Html[] {
  const badges: Html[] = [];
  if (run.status === "running") badges.push(badge("plain", "still running"));
  if (run.status === "failed") badges.push(badge("bad", "failed"));
  if (run.status === "cancelled") badges.push(badge("warn", "cancelled"));
  if (run.protection === "unprotected") badges.push(badge("warn", "unprotected"));
  if (run.steered) badges.push(badge("warn", "steered"));
  if (run.rebudgeted) badges.push(badge("warn", "budget changed"));
  return badges;
}

/** What the badges mean, in sentences. */
export function runNotices(run: RunRecord): Html[] {
  const notices: string[] = [];
  if (run.protection === "unprotected") {
    notices.push(
      "Unprotected: neither Docker nor bubblewrap isolated this run's jobs, so nothing but good faith kept the candidate's code from answers, network and host.",
    );
  }
  if (run.steered || run.rebudgeted) {
    const what = run.steered ? "An operator gave hints" : "An operator changed the budget";
    notices.push(`${what} during this run: it stays out of headline figures.`);
  }
  if (run.status === "running")
    notices.push("This run has not ended; what follows is how it stood.");
  return notices.map((text) => html`<p class="notice">${text}</p>`);
}

/** The run's name, its marks and its key figures. */
export function heading(data: RunReportData): Html {
  const { run } = data;
  const { spec, spent } = run;
  const iterations = data.iterations.length;
  const best = run.best === null ? "the base model stands" : `iteration ${run.best}`;
  const cost =
    spent.usage.calls === 0
      ? "no language model calls"
      : `${count(spent.usage.calls)} model calls, ${spent.usage.costUsd.toFixed(2)} USD`;
  return html`<header>
<p class="overline">${spec.domain} · ${spec.task} · ${spec.tier} tier</p>
<h1>${spec.variant} on ${spec.task}, seed ${spec.seed}</h1>
<p class="id"><code>${run.id}</code> ${runBadges(run)}</p>
${runNotices(run)}
<dl class="keys">
${key("Held-out test", score(run.test?.value ?? null), intervalNote(run.test, "not opened"), "lead")}
${key("Best validation", score(run.bestValidation?.value ?? null), best)}
${key("Base model", score(run.baseline?.value ?? null), intervalNote(run.baseline, "not scored"))}
${key("Iterations", `${iterations} of ${run.budget.iterations}`, `${run.looks} ${run.looks === 1 ? "comparison" : "comparisons"} on validation`)}
${key("Time", duration(spent.wallSeconds), `${duration(spent.gpuSeconds)} on the device; ${cost}`)}
</dl>
<p class="dates">Started ${time(run.startedAt)}, ended ${time(run.closedAt)}${
    run.stopReason === null ? null : html`. Why it ended: ${run.stopReason}`
  }</p>
</header>
`;
}

function key(name: string, value: string, note: Part, kind = ""): Html {
  return html`<div class="${kind}"><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`;
}

function intervalNote(interval: RunRecord["test"], none: string): string {
  return interval === null
    ? none
    : `${scoreWithInterval(interval).split(" ").slice(1).join(" ")}, ${interval.n} items`;
}
