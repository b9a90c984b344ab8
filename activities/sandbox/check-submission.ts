import { z } from "zod";
import type { SandboxActivities } from "../../protocol/activities.ts";
import type { CandidateFailure } from "../../protocol/failure-class.ts";
import type { StageCost } from "../../protocol/stage.ts";
import type { JobDeps } from "../run-job.ts";
import { readScriptResult } from "../script-result.ts";
import { taskOf } from "../task-cards.ts";
import { parseTrainYaml } from "./parse-train-yaml.ts";
import { runScript } from "./script-job.ts";
import { CONFIG, filesOf, SCRIPT, textOf } from "./submission-tree.ts";

/** Bytes of train.yaml at most: more is no configuration. */
const MAX_YAML_BYTES = 20_000;

/** Files and bytes of a submission at most; check.py looks again at what the job sees. */
const MAX_FILES = 32;
const MAX_BYTES = 1_000_000;

const NO_COST: StageCost = { wallSeconds: 0, cpuSeconds: 0, gpuSeconds: 0 };

/** Stage 1: train.yaml within its bounds, process_data.py compiles and imports what is allowed, sizes. Runs no code of the submission. */
export async function checkSubmission(
  deps: JobDeps,
  input: Parameters<SandboxActivities["checkSubmission"]>[0],
): ReturnType<SandboxActivities["checkSubmission"]> {
  const { experiment, submission } = input;
  const refuse = (kind: CandidateFailure["class"], message: string) => ({
    ok: false as const,
    failure: { class: kind, message, exitCode: null, traceback: null },
    cost: NO_COST,
    protection: "none" as const,
  });
  const files = await filesOf(deps.artifacts, submission);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (files.length > MAX_FILES || bytes > MAX_BYTES) {
    const found = `${files.length} files of ${bytes} bytes together`;
    const allowed = `${MAX_FILES} files of ${MAX_BYTES} bytes`;
    return refuse("too-large", `the submission has ${found}, allowed are ${allowed}`);
  }
  const yaml = files.find((file) => file.path === CONFIG);
  const script = files.find((file) => file.path === SCRIPT);
  if (yaml === undefined) return refuse("invalid-config", `${CONFIG} is missing`);
  if (script === undefined) return refuse("syntax-error", `${SCRIPT} is missing`);
  if (yaml.bytes > MAX_YAML_BYTES) {
    const allowed = `allowed are ${MAX_YAML_BYTES}`;
    return refuse("too-large", `${CONFIG} has ${yaml.bytes} bytes, ${allowed}`);
  }
  const { limits } = taskOf(deps.config, experiment.task, experiment.tier).tier;
  const text = await textOf(deps.artifacts, yaml);
  const parsed = parseTrainYaml(text, limits);
  if (!parsed.ok) return refuse("invalid-config", parsed.message);

  const job = await runScript(deps, {
    runId: experiment.runId,
    label: experiment.label,
    stage: "checkSubmission",
    script: "check.py",
    args: ["--submission", "{{submission}}"],
    inputs: { submission },
  });
  const result = await readScriptResult(job, z.looseObject({}));
  await job.release();
  const { cost } = job;
  const { protection } = job.exit;
  if (!result.ok) return { ok: false, failure: result.failure, cost, protection };
  return {
    ok: true,
    value: { config: parsed.config, scriptSha256: script.sha256 },
    cost,
    protection,
  };
}
