import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { CurationInput, CurationOutput } from "../../protocol/activities.ts";
import { artifactRefSchema } from "../../protocol/artifact-ref.ts";
import type { CandidateFailure } from "../../protocol/failure-class.ts";
import { dataStatisticsSchema } from "../../protocol/feedback.ts";
import type { StageCost, StageResult } from "../../protocol/stage.ts";
import { UnsafeOutputError } from "../../sandbox/unsafe-output-error.ts";
import { placeInput, scriptsSha256 } from "../job-inputs.ts";
import { resultIndex } from "../result-index.ts";
import { CANDIDATE_IMAGE, type FinishedJob, type JobDeps, runJob } from "../run-job.ts";
import { readScriptResult } from "../script-result.ts";
import { statisticsCard, taskOf } from "../task-cards.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";
import { runScript } from "./script-job.ts";
import { codeOf, SCRIPT } from "./submission-tree.ts";

const ROWS = "train.jsonl";
const MEGABYTE = 1_000_000;

const keptSchema = z.object({ data: artifactRefSchema, statistics: dataStatisticsSchema });

/**
 * Stages 2 and 4: runs the submission's process_data.py over the raw sources (`limit` rows, or all), takes its one declared file,
 * and has our own script check and measure the rows. The same script over the same sources with the same seed is not run twice.
 */
export async function curate(
  deps: JobDeps,
  input: CurationInput,
  what: { readonly stage: "curateSample" | "curateData"; readonly limit: number | null },
): Promise<StageResult<CurationOutput>> {
  const { config, artifacts } = deps;
  const { experiment } = input;
  const { tier } = taskOf(config, experiment.task, experiment.tier);
  const card = statisticsCard(config, experiment.task, experiment.tier);
  const code = await codeOf(artifacts, input.submission);
  const scripts = await scriptsSha256(join(config.repository, "sandbox-images", "trainer"));
  const key = createHash("sha256")
    .update(
      JSON.stringify([
        // Results of an isolated and of a bare process are kept apart, for their mark's sake.
        deps.sandbox.protection,
        deps.sandbox.imageDigest("trainer"),
        scripts,
        code.sha256,
        input.raw.sha256,
        input.baseModel.sha256,
        input.seed,
        what.limit,
        card,
        tier.contextLength,
      ]),
    )
    .digest("hex");
  const index = resultIndex(config.home, "curated", artifacts);
  const kept = keptSchema.safeParse(await index.get(key));
  if (kept.success) {
    const cost: StageCost = { wallSeconds: 0, cpuSeconds: 0, gpuSeconds: 0 };
    return {
      ok: true,
      value: { ...kept.data, cached: true },
      cost,
      protection: deps.sandbox.protection,
    };
  }

  const job = await runJob(deps, {
    runId: experiment.runId,
    label: experiment.label,
    stage: what.stage,
    inputs: [code.sha256, input.raw.sha256, String(input.seed), String(what.limit)],
    image: CANDIDATE_IMAGE,
    command: [
      "{{python}}",
      `{{submission}}/${SCRIPT}`,
      ...["--sources", "{{sources}}", "--output", `{{out}}/${ROWS}`, "--seed", String(input.seed)],
      ...(what.limit === null ? [] : ["--limit", String(what.limit)]),
    ],
    mounts: async (name) => ({
      submission: await placeInput({ home: config.home, ...deps }, code, name),
      sources: await placeInput({ home: config.home, ...deps }, input.raw, name),
    }),
    // The same seed must give the same rows, also where a script iterates over sets of strings.
    env: { PYTHONHASHSEED: "0" },
    writtenBy: input.writtenBy,
    allowUnprotected: input.allowUnprotected,
    limits: {
      ...config.jobs.sandbox,
      memoryBytes: tier.limits.curationMemoryMb * MEGABYTE,
      cpuSeconds: tier.limits.curationCpuSeconds,
      outputBytes: tier.limits.outputMegabytes * MEGABYTE,
    },
    device: null,
    threads: 1,
  });
  const { protection } = job.exit;
  const failure = job.failure ?? codeRaised(job);
  if (failure !== null) {
    await job.release();
    return { ok: false, failure, cost: job.cost, protection };
  }
  const taken = await withTemporaryFolder(async (folder) => {
    const path = join(folder, ROWS);
    try {
      await job.handle.collect(ROWS, path, tier.limits.outputMegabytes * MEGABYTE);
    } catch (error) {
      if (error instanceof UnsafeOutputError) return unusable(error);
      throw error;
    }
    return artifacts.putFile(path, "application/jsonl");
  });
  if ("class" in taken) {
    await job.release();
    return { ok: false, failure: taken, cost: job.cost, protection };
  }

  const inspection = await runScript(deps, {
    runId: experiment.runId,
    label: experiment.label,
    stage: `${what.stage}.inspect`,
    script: "inspect_rows.py",
    args: [
      ...["--data", "{{data}}", "--model", "{{model}}"],
      ...["--context", String(tier.contextLength), "--card-json", card],
    ],
    inputs: { data: taken, model: input.baseModel },
  });
  const inspected = await readScriptResult(
    inspection,
    z.object({ statistics: dataStatisticsSchema }),
  );
  const cost: StageCost = {
    wallSeconds: job.cost.wallSeconds + inspection.cost.wallSeconds,
    cpuSeconds: job.cost.cpuSeconds + inspection.cost.cpuSeconds,
    gpuSeconds: 0,
  };
  if (inspected.ok) await index.put(key, { data: taken, statistics: inspected.value.statistics });
  await job.release();
  await inspection.release();
  if (!inspected.ok) return { ok: false, failure: inspected.failure, cost, protection };
  return {
    ok: true,
    value: { data: taken, statistics: inspected.value.statistics, cached: false },
    cost,
    protection,
  };
}

function codeRaised(job: FinishedJob): CandidateFailure | null {
  const { exitCode, signal, stderrTail } = job.exit;
  if (exitCode === 0) return null;
  const last = stderrTail.trimEnd().split("\n").at(-1) ?? "";
  return {
    class: "code-raised",
    message: `${SCRIPT} ended with ${exitCode === null ? signal : `exit status ${exitCode}`}: ${last.slice(0, 500)}`,
    exitCode,
    traceback: stderrTail.slice(-4000),
  };
}

function unusable(error: UnsafeOutputError): CandidateFailure {
  const kind =
    error.reason === "missing"
      ? "no-rows"
      : error.reason === "too-large"
        ? "output-limit"
        : "escaping-path";
  const message =
    error.reason === "missing" ? `${SCRIPT} wrote no file at --output` : error.message;
  return { class: kind, message, exitCode: 0, traceback: null };
}
