import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { EvalActivities } from "../../protocol/activities.ts";
import type { CandidateFailure, FailureClass } from "../../protocol/failure-class.ts";
import type { AuditView } from "../../protocol/feedback.ts";
import { SPLITS, type Split } from "../../protocol/names.ts";
import type { StageCost } from "../../protocol/stage.ts";
import { taskOf } from "../task-cards.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
import { answersFolder, splitFile } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runEvaluator } from "./run-evaluator.ts";

/** Share of rows that copy items above which the whole submission counts as contaminated: that is no accident of a source. */
const CONTAMINATED_SHARE = 0.2;

/** Share of rows that break a constraint above which the submission fails: fewer may slip through any filter, and are dropped. */
const VIOLATED_SHARE = 0.01;

/** Rows that break a constraint and are named. */
const SHOWN_VIOLATIONS = 10;

/** Dev matches that an agent is shown at most. */
const SHOWN_MATCHES = 20;

const reportSchema = z.object({
  rows: z.number().int(),
  removed: z.number().int(),
  constraints: z
    .record(
      z.string(),
      z.object({
        rows: z.number().int(),
        kinds: z.record(z.string(), z.number().int()),
        examples: z.array(z.object({ row: z.number().int() })),
      }),
    )
    .default({}),
  matches: z.array(
    z.object({ row: z.number().int(), split: z.enum(SPLITS), item: z.string(), kind: z.string() }),
  ),
});
export type AuditReport = z.input<typeof reportSchema>;

/**
 * Removes the rows that copy items of dev, validation or test or break the card's constraints, and sets 5% of the rest aside. The agent learns of dev matches in
 * full, of validation and test one count together, rounded up to a power of two, so that asking often tells it nothing.
 */
export async function auditContamination(
  deps: EvalDeps,
  input: Parameters<EvalActivities["auditContamination"]>[0],
): ReturnType<EvalActivities["auditContamination"]> {
  const { config, artifacts } = deps;
  const { experiment, dataSha256 } = input;
  const began = performance.now();
  const answers = answersFolder(config, { ...experiment, dataSha256 });
  const { folder: taskFolder } = taskOf(config, experiment.task, experiment.tier);
  return withTemporaryFolder(async (folder) => {
    const data = join(folder, "data.jsonl");
    const out = join(folder, "out");
    await artifacts.materialize(input.data, data);
    await runEvaluator(deps, {
      runId: experiment.runId,
      label: experiment.label,
      stage: "auditContamination",
      script: "audit.py",
      args: [
        ...["--data", "{{data}}", "--card", "{{card}}", "--tier", experiment.tier],
        ...["--out", "{{out}}", ...SPLITS.flatMap((split) => [`--${split}`, `{{${split}}}`])],
      ],
      inputs: {
        data,
        card: join(taskFolder, "task.yaml"),
        ...Object.fromEntries(SPLITS.map((split) => [split, splitFile(answers, split, "items")])),
      },
      out,
      outputs: ["report.json", "train.jsonl", "holdout.jsonl"],
    });
    const report = reportSchema.parse(JSON.parse(await readFile(join(out, "report.json"), "utf8")));
    const audit = agentView(report, input.showHeldOutMatches);
    const cost: StageCost = {
      wallSeconds: (performance.now() - began) / 1000,
      cpuSeconds: 0,
      gpuSeconds: 0,
    };
    const protection = "none" as const;
    const failure = failureOf(report, input.showHeldOutMatches);
    if (failure !== null) return { ok: false, failure, cost, protection };
    return {
      ok: true,
      value: {
        audit,
        train: await artifacts.putFile(join(out, "train.jsonl"), "application/jsonl"),
        holdout: await artifacts.putFile(join(out, "holdout.jsonl"), "application/jsonl"),
      },
      cost,
      protection,
    };
  });
}

/**
 * Why the whole submission fails, if it does. Where no held-out count is shown any more, only dev decides: a verdict on all matches
 * would tell an agent about its rows one by one, as often as it asks.
 */
export function failureOf(report: AuditReport, showHeldOut: boolean): CandidateFailure | null {
  const fails = (name: FailureClass, message: string): CandidateFailure => ({
    class: name,
    message,
    exitCode: null,
    traceback: null,
  });
  // No more than the view tells: the exact count would tell single rows of validation and test apart.
  const { devMatches, rows } = agentView(report, false);
  const devRows = rowsOf(report, (split) => split === "dev");
  const copied = showHeldOut ? report.removed : devRows;
  if (copied / Math.max(1, rows) > CONTAMINATED_SHARE || report.removed === rows) {
    const shown = devMatches.slice(0, 5).map(({ row, item }) => `row ${row} is ${item}`);
    return fails(
      "contaminated",
      `more than ${CONTAMINATED_SHARE * 100}% of the ${rows} rows copy items of dev, validation or test${shown.length === 0 ? "" : ` (dev: ${shown.join(", ")})`}`,
    );
  }
  for (const [name, found] of Object.entries(report.constraints ?? {})) {
    if (found.rows / Math.max(1, rows) <= VIOLATED_SHARE) continue;
    const kinds = Object.entries(found.kinds).map(([kind, count]) => `${kind} ${count}`);
    const where = found.examples.slice(0, SHOWN_VIOLATIONS).map(({ row }) => row);
    return fails(
      "constraint-violated",
      `${found.rows} of the ${rows} rows break the constraint ${name} (${kinds.join(", ")}; rows ${where.join(", ")}): at most ${VIOLATED_SHARE * 100}% may slip through`,
    );
  }
  return null;
}

/**
 * What an agent may know of a report. `removed` is rounded along with the held-out count, or the difference would give that away;
 * where that is not shown, it counts dev alone.
 */
export function agentView(report: AuditReport, showHeldOut: boolean): AuditView {
  const dev = report.matches.filter((match) => match.split === "dev");
  const heldOutRows = rowsOf(report, (split) => split !== "dev");
  const rounded = heldOutRows === 0 ? 0 : 2 ** Math.ceil(Math.log2(heldOutRows));
  const removed = rowsOf(report, (split) => split === "dev") + (showHeldOut ? rounded : 0);
  const constraints = Object.entries(report.constraints ?? {}).map(
    ([name, { rows, kinds, examples }]) =>
      [
        name,
        { rows, kinds, examples: examples.slice(0, SHOWN_VIOLATIONS).map(({ row }) => row) },
      ] as const,
  );
  return {
    rows: report.rows,
    removed: Math.min(report.rows, removed),
    devMatches: dev.slice(0, SHOWN_MATCHES).map(({ row, item, kind }) => ({ row, item, kind })),
    heldOutMatches: showHeldOut ? rounded : null,
    ...(constraints.length === 0 ? {} : { constraints: Object.fromEntries(constraints) }),
  };
}

/** Rows with a match in a split that is asked for. */
function rowsOf({ matches }: AuditReport, wanted: (split: Split) => boolean): number {
  return new Set(matches.filter(({ split }) => wanted(split)).map(({ row }) => row)).size;
}
