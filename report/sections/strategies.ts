import type { IterationRecord } from "../../protocol/records.ts";
import type { Strategy } from "../../protocol/strategy.ts";
import { deltaWithInterval, duration, scoreWithInterval, total } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { badge, section } from "../parts.ts";
import { experimentName, type IterationReport, type RunReportData } from "../run-report-data.ts";
import { stageLabel } from "../stage-look.ts";

/** Each iteration's strategy, what became of it, and what the agent learned. */
export function strategies(data: RunReportData, prefix: string): Html | null {
  if (data.iterations.length === 0) return null;
  return section(`${prefix}strategies`, "Strategies and decisions", data.iterations.map(card));
}

function card(iteration: IterationReport): Html {
  const { record } = iteration;
  const { strategy, delta, diagnosis } = record;
  return html`<article class="iteration${record.decision.accepted ? " accepted" : ""}">
<div class="number" aria-hidden="true">${record.index}</div>
<div>
<h3><span class="visually-hidden">Iteration ${record.index}: </span>${strategy?.hypothesis ?? "The agent gave no usable strategy"}</h3>
<p class="facts">${outcomeBadge(record)} ${
    record.validation !== null &&
    html`<span>validation <b>${scoreWithInterval(record.validation)}</b></span>`
  } ${
    delta !== null &&
    html`<span>difference ${deltaWithInterval(delta)}, gain with probability ${delta.probability.toFixed(3)}</span>`
  } <span>${duration(total(record.secondsByStage))}</span></p>
<p><b>Decision.</b> ${record.decision.reason}</p>
${strategy !== null && plan(strategy)}
${failures(iteration)}
${
  diagnosis !== null &&
  html`<details><summary>What the agent made of it</summary><p>${diagnosis.summary}</p>${list("Lessons", diagnosis.lessons)}${list("Next", diagnosis.suggestions)}</details>`
}
</div></article>
`;
}

function outcomeBadge(record: IterationRecord): Html {
  if (record.outcome === "failed") {
    return badge(
      "bad",
      `failed in ${record.stage === null ? "planning" : stageLabel(record.stage)}`,
    );
  }
  return record.decision.accepted ? badge("good", "accepted") : badge("plain", "not accepted");
}

function plan(strategy: Strategy): Html {
  const parent = strategy.parent === null ? "from nothing" : `from iteration ${strategy.parent}`;
  return html`<p><b>Reason.</b> ${strategy.reason}</p>
<details><summary>The plan: ${strategy.focus}, ${parent}</summary>${list("Data", strategy.dataPlan)}${list("Training", strategy.trainingPlan)}</details>`;
}

function failures(iteration: IterationReport): Html[] {
  return iteration.experiments.flatMap((experiment) => {
    const { failure, stage } = experiment.record.result;
    if (failure === null) return [];
    return html`<div class="failure"><p><b>${experimentName(experiment)}</b> failed in ${stageLabel(stage)}: ${failure.class}.
${failure.message}</p>${
      failure.traceback !== null &&
      html`<details><summary>Traceback</summary><pre>${failure.traceback}</pre></details>`
    }</div>`;
  });
}

function list(title: string, entries: readonly string[]): Html | null {
  if (entries.length === 0) return null;
  return html`<p class="list-title">${title}</p><ul>${entries.map((entry) => html`<li>${entry}</li>`)}</ul>`;
}
