import type { IterationView, RunView } from "../../protocol/control.ts";
import { counted, durationText, oneLine, scoreText } from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatPairs, formatTable } from "../terminal/table.ts";

/** A run for the terminal: how it stands, its iterations, its scores, its spending. */
export function runLines(view: RunView, palette: Palette, columns: number): string[] {
  const lines = [headline(view, palette), ""];
  if (view.iterations.length > 0) {
    lines.push(...iterationLines(view.iterations, palette, columns), "");
  }
  const scores: (readonly [string, string])[] = [
    ["base model", scoreText(view.baseline)],
    ["best", bestText(view)],
    ["held-out test", palette.bold(scoreText(view.test))],
    ["spent", spentText(view)],
  ];
  if (view.stopReason !== null) scores.push(["stopped", view.stopReason]);
  const marks = marksOf(view);
  if (marks.length > 0) scores.push(["marks", palette.yellow(marks.join(", "))]);
  if (view.pendingApproval !== null) {
    const { iteration, strategy } = view.pendingApproval;
    const text = `iteration ${iteration}: ${oneLine(strategy.hypothesis, 200)}`;
    scores.push(["waits for approval", palette.yellow(text)]);
  }
  return [...lines, ...formatPairs(scores, palette.dim)];
}

/** `run/local/aime25/ft-agent/s7 · training · iteration 2 of 6 · about 3 min left`. */
export function headline(view: RunView, palette: Palette): string {
  const last = view.iterations.at(-1);
  const parts = [palette.bold(view.id), statusText(view, palette)];
  if (view.status === "running" || view.status === "paused") {
    parts.push(`iteration ${last?.index ?? 0} of ${view.budget.iterations}`);
    if (view.etaSeconds !== null) parts.push(`about ${durationText(view.etaSeconds)} left`);
  } else parts.push(counted(view.iterations.length, "iteration"));
  return parts.join(" · ");
}

/** Iterations as aligned lines, newest last. */
export function iterationLines(
  iterations: readonly IterationView[],
  palette: Palette,
  columns: number,
): string[] {
  const room = Math.max(20, columns - 66);
  return formatTable(
    [
      { title: "it", align: "right" },
      { title: "from", align: "right" },
      { title: "hypothesis" },
      { title: "validation" },
      { title: "decision" },
      { title: "time", align: "right" },
    ],
    iterations.map((iteration) => [
      String(iteration.index),
      iteration.parent === null ? "–" : String(iteration.parent),
      oneLine(iteration.hypothesis, room),
      scoreText(iteration.validation),
      decisionText(iteration, palette),
      durationText(Object.values(iteration.secondsByStage).reduce((sum, part) => sum + part, 0)),
    ]),
    palette.dim,
  );
}

function statusText(view: RunView, palette: Palette): string {
  switch (view.status) {
    case "running":
      return palette.cyan(view.phase);
    case "paused":
      return palette.yellow(`paused (${view.phase})`);
    case "completed":
      return palette.green("completed");
    case "cancelled":
      return palette.yellow("cancelled");
    case "failed":
      return palette.red("failed");
  }
}

function decisionText(iteration: IterationView, palette: Palette): string {
  if (iteration.outcome === "running") return palette.cyan("…");
  if (iteration.outcome === "failed")
    return palette.red(`failed: ${iteration.stage ?? "planning"}`);
  return iteration.accepted ? palette.green("accepted") : "rejected";
}

function bestText(view: RunView): string {
  if (view.best === null) return "the base model";
  return `${scoreText(view.bestValidation)} on validation, iteration ${view.best}`;
}

function spentText(view: RunView): string {
  const { gpuSeconds, wallSeconds, usage } = view.spent;
  const parts = [`${durationText(wallSeconds)}, ${durationText(gpuSeconds)} of them on the device`];
  if (usage.calls > 0) {
    const tokens = usage.promptTokens + usage.completionTokens;
    parts.push(`${counted(usage.calls, "model call")}`, `${tokens} tokens`);
    parts.push(`${usage.costUsd.toFixed(2)} USD`);
  }
  return parts.join(", ");
}

function marksOf(view: RunView): string[] {
  return [
    ...(view.protection === "unprotected" ? ["unprotected"] : []),
    ...(view.steered ? ["steered"] : []),
    ...(view.rebudgeted ? ["budget changed"] : []),
  ];
}

/** What is most useful to do next with a run. */
export function nextCommand(view: RunView): string {
  if (view.pendingApproval !== null) return `dojo approve ${view.id}`;
  if (view.status === "paused") return `dojo resume ${view.id}`;
  if (view.status === "running") return `dojo watch ${view.id}`;
  const page = `${view.task}-${view.variant}-s${view.seed}`;
  return view.status === "completed" && view.best !== null
    ? `dojo export ${view.id} --out ${page}`
    : `dojo report ${view.id} --out ${page}.html`;
}
