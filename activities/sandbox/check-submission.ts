import { z } from "zod";
import type { SandboxActivities } from "../../protocol/activities.ts";
import { type ArtifactRef, TREE_MEDIA_TYPE } from "../../protocol/artifact-ref.ts";
import type { CandidateFailure } from "../../protocol/failure-class.ts";
import type { StageCost } from "../../protocol/stage.ts";
import { fault } from "../faults.ts";
import type { JobDeps } from "../run-job.ts";
import { readScriptResult } from "../script-result.ts";
import { taskOf } from "../task-cards.ts";
import { parseTrainYaml } from "./parse-train-yaml.ts";
import { runScript } from "./script-job.ts";

const treeSchema = z.object({
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
});

/** Bytes of train.yaml at most: more is no configuration. */
const MAX_YAML_BYTES = 20_000;

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
  const files = await filesOf(deps, submission);
  const yaml = files.find((file) => file.path === "train.yaml");
  const script = files.find((file) => file.path === "process_data.py");
  if (yaml === undefined) return refuse("invalid-config", "train.yaml is missing");
  if (script === undefined) return refuse("syntax-error", "process_data.py is missing");
  if (yaml.bytes > MAX_YAML_BYTES) {
    return refuse(
      "too-large",
      `train.yaml has ${yaml.bytes} bytes, at most ${MAX_YAML_BYTES} are read`,
    );
  }
  const limits = taskOf(deps.config, experiment.task, experiment.tier).tier.limits;
  const text = await deps.artifacts.readBytes({
    ...submission,
    uri: `cas:${yaml.sha256}`,
    sha256: yaml.sha256,
    bytes: yaml.bytes,
    mediaType: "text/plain",
  });
  const parsed = parseTrainYaml(text.toString("utf8"), limits);
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

async function filesOf(deps: JobDeps, submission: ArtifactRef) {
  if (submission.mediaType !== TREE_MEDIA_TYPE) {
    throw fault("NotSupported", `a submission is a folder, not ${submission.mediaType}`);
  }
  return (await deps.artifacts.readJson(submission, treeSchema)).files;
}
