import type { RunView } from "../protocol/control.ts";
import type { CandidateFailure } from "../protocol/failure-class.ts";
import type { BenchmarkReport } from "../protocol/feedback.ts";
import type { Interval } from "../protocol/interval.ts";
import type { Stage } from "../protocol/stage.ts";
import { CELL_STATES, type CellState, type StudyView } from "../protocol/study.ts";
import type { StudyCells } from "../protocol/study-cells.ts";

/** Markdown that the Temporal UI shows for a run: phase, best, table of iterations, spending, ETA. At most 20,000 bytes. */
export function runDetails(view: RunView): string {
  const rows = view.iterations
    .slice(-40)
    .map(
      (it) =>
        `| ${it.index} | ${cell(it.hypothesis, 90)} | ${score(it.validation)} | ${verdict(it)} | ${seconds(total(it.secondsByStage))} |`,
    );
  const lines = [
    `**${view.task}** · ${view.variant} · seed ${view.seed} · ${view.tier} tier`,
    "",
    `Phase: **${view.status === "paused" ? "paused" : view.phase}**${view.etaSeconds === null ? "" : ` · about ${seconds(view.etaSeconds)} left`}`,
    "",
    `Base model ${score(view.baseline)} · best on validation ${score(view.bestValidation)}${view.best === null ? "" : `, iteration ${view.best}`} · held-out test ${score(view.test)}`,
    "",
    "| it | hypothesis | validation | decision | time |",
    "| --: | --- | --- | --- | --: |",
    ...rows,
    "",
    `Spent: ${seconds(view.spent.gpuSeconds)} of device time, ${view.spent.usage.promptTokens + view.spent.usage.completionTokens} tokens, ${view.spent.usage.costUsd.toFixed(2)} USD.`,
  ];
  if (view.protection === "unprotected") {
    lines.push("", "Mark: `unprotected` (neither Docker nor bubblewrap at hand).");
  }
  if (view.pendingApproval !== null) {
    lines.push(
      "",
      `**Waits for approval** of iteration ${view.pendingApproval.iteration}: ${cell(view.pendingApproval.strategy.hypothesis, 300)}`,
    );
  }
  if (view.stopReason !== null) lines.push("", `Stopped: ${view.stopReason}.`);
  return lines.join("\n");
}

/** Markdown that the Temporal UI shows for a study: cells by variant and state. */
export function studyDetails(view: StudyView, cells: StudyCells): string {
  const variants = new Map<string, Record<CellState, number>>();
  cells.cells.forEach(({ variant }, at) => {
    const row = variants.get(variant) ?? {
      waiting: 0,
      running: 0,
      completed: 0,
      failed: 0,
      cancelled: 0,
    };
    row[cells.state(at)] += 1;
    variants.set(variant, row);
  });
  const rows = [...variants]
    .slice(0, 100)
    .map(([name, row]) => `| ${name} | ${CELL_STATES.map((state) => row[state]).join(" | ")} |`);
  const open = view.running.slice(0, 20).map((id) => `- ${id}`);
  return [
    `**study ${view.name}** · ${view.status} · ${view.cells} cells, ${view.concurrency} at a time`,
    "",
    `| variant | ${CELL_STATES.join(" | ")} |`,
    `| --- | ${CELL_STATES.map(() => "--:").join(" | ")} |`,
    ...rows,
    ...(open.length > 0 ? ["", "Open:", "", ...open] : []),
    ...(view.running.length > open.length
      ? [`- and ${view.running.length - open.length} more`]
      : []),
  ].join("\n");
}

/** Markdown for one experiment. */
export function experimentDetails(state: {
  readonly label: string;
  readonly stage: Stage;
  readonly paused: boolean;
  readonly secondsByStage: Readonly<Partial<Record<Stage, number>>>;
  readonly benchmark: BenchmarkReport | null;
  readonly failure: CandidateFailure | null;
}): string {
  const rows = Object.entries(state.secondsByStage).map(
    ([stage, value]) => `| ${stage} | ${seconds(value ?? 0)} |`,
  );
  const lines = [
    `**${state.label}** · ${state.paused ? "paused before the stage after" : "stage"} **${state.stage}**`,
    "",
    "| stage | time |",
    "| --- | --: |",
    ...rows,
  ];
  if (state.benchmark !== null) {
    lines.push("", `Validation ${state.benchmark.metric}: ${score(state.benchmark.validation)}`);
  }
  if (state.failure !== null) {
    lines.push("", `Failed: \`${state.failure.class}\`: ${cell(state.failure.message, 500)}`);
  }
  return lines.join("\n");
}

function verdict(it: RunView["iterations"][number]): string {
  if (it.outcome === "running") return "…";
  if (it.outcome === "failed") return `failed in ${it.stage ?? "planning"}`;
  return it.accepted ? "**accepted**" : "rejected";
}

function score(interval: Interval | null): string {
  if (interval === null) return "–";
  // No square brackets: in markdown they would begin a link.
  return `${interval.value.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
}

function seconds(value: number): string {
  if (value < 90) return `${value.toFixed(value < 10 ? 1 : 0)} s`;
  return value < 5400 ? `${(value / 60).toFixed(1)} min` : `${(value / 3600).toFixed(1)} h`;
}

function total(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}

/** Text of a model in a table cell: one line, no pipes, cut. */
function cell(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
