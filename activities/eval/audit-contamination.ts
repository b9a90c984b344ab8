import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { EvalActivities } from "../../protocol/activities.ts";
import type { AuditView } from "../../protocol/feedback.ts";
import { SPLITS } from "../../protocol/names.ts";
import type { StageCost } from "../../protocol/stage.ts";
import { taskOf } from "../task-cards.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
import { answersFolder } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runEvaluator } from "./run-evaluator.ts";

/** Share of rows that copy items above which the whole submission counts as contaminated: that is no accident of a source. */
const CONTAMINATED_SHARE = 0.2;

/** Dev matches that an agent is shown at most. */
const SHOWN_MATCHES = 20;

const reportSchema = z.object({
  rows: z.number().int(),
  removed: z.number().int(),
  matches: z.array(
    z.object({ row: z.number().int(), split: z.enum(SPLITS), item: z.string(), kind: z.string() }),
  ),
});
export type AuditReport = z.infer<typeof reportSchema>;

/**
 * Removes the rows that copy items of dev, validation or test, and sets 5% of the rest aside. The agent learns of dev matches in
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
        ...Object.fromEntries(SPLITS.map((split) => [split, join(answers, `${split}.jsonl`)])),
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
    const share = report.removed / Math.max(1, report.rows);
    if (share > CONTAMINATED_SHARE || report.removed === report.rows) {
      // No more than the view tells: the exact count would tell single rows of validation and test apart.
      const { devMatches } = agentView(report, false);
      const shown = devMatches.slice(0, 5).map(({ row, item }) => `row ${row} is ${item}`);
      const message = `more than ${CONTAMINATED_SHARE * 100}% of the ${report.rows} rows copy items of dev, validation or test${shown.length === 0 ? "" : ` (dev: ${shown.join(", ")})`}`;
      const failure = { class: "contaminated" as const, message, exitCode: null, traceback: null };
      return { ok: false, failure, cost, protection };
    }
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
 * What an agent may know of a report. `removed` is rounded along with the held-out count, or the difference would give that away;
 * where that is not shown, it counts dev alone.
 */
export function agentView(report: AuditReport, showHeldOut: boolean): AuditView {
  const dev = report.matches.filter((match) => match.split === "dev");
  const devRows = new Set(dev.map((match) => match.row));
  const heldOutRows = new Set(
    report.matches.filter((match) => match.split !== "dev").map((match) => match.row),
  ).size;
  const rounded = heldOutRows === 0 ? 0 : 2 ** Math.ceil(Math.log2(heldOutRows));
  return {
    rows: report.rows,
    removed: Math.min(report.rows, devRows.size + (showHeldOut ? rounded : 0)),
    devMatches: dev.slice(0, SHOWN_MATCHES).map(({ row, item, kind }) => ({ row, item, kind })),
    heldOutMatches: showHeldOut ? rounded : null,
  };
}
