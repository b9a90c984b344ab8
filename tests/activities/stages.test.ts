import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEvalActivities } from "../../activities/eval/index.ts";
import { createGpuActivities } from "../../activities/gpu/index.ts";
import { createSandboxActivities } from "../../activities/sandbox/index.ts";
import { REPOSITORY } from "../../config/load.ts";
import type { StageResult } from "../../protocol/stage.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { experimentKey, once, submissionOf, world } from "./world.ts";

const RECIPE = join(REPOSITORY, "tasks", "math", "aime25", "recipe", "process_data.py");

/** Bytes of an activity's result that Temporal may keep. */
const MOST_BYTES = 64_000;

/** The value of a stage that succeeded, small enough for a history. */
async function good<T>(stage: () => Promise<StageResult<T>>): Promise<T> {
  const result = await once(stage);
  if (!result.ok) throw new Error(`${result.failure.class}: ${result.failure.message}`);
  expect(JSON.stringify(result).length).toBeLessThan(MOST_BYTES);
  return result.value;
}

test("a good recipe passes all stages, with the real scripts and a real training", async () => {
  const place = await world();
  const pools = {
    sandbox: createSandboxActivities(place),
    gpu: createGpuActivities(place),
    eval: createEvalActivities(place),
  };
  const task = await once(() =>
    pools.eval.prepareTask({ task: "aime25", tier: "mini", baseModel: null }),
  );
  const { raw, baseModel, contextLength, dataSha256, maxNewTokens, prompts } = task;
  const { profile } = await once(() =>
    pools.sandbox.profileSources({ task: "aime25", tier: "mini", raw, baseModel }),
  );
  expect(await place.artifacts.readJson(profile)).toMatchObject({ sources: expect.anything() });

  const experiment = experimentKey();
  const submission = await submissionOf(place, {
    "process_data.py": readFileSync(RECIPE, "utf8"),
    "train.yaml": "max_steps: 6\nsave_steps: 3\nper_device_train_batch_size: 8\n",
  });
  const code = { experiment, submission, writtenBy: "ours" as const, allowUnprotected: false };
  const { config } = await good(() => pools.sandbox.checkSubmission(code));
  const curation = { ...code, raw, baseModel, seed: 1 };
  const sample = await good(() => pools.sandbox.curateSample(curation));
  const common = { baseModel, config, contextLength, seed: 7 };
  const probe = await good(() =>
    pools.gpu.probeTraining({ experiment, ...common, sample: sample.data }),
  );
  expect(probe.peakMemoryBytes).toBeGreaterThan(1e6);
  const full = await good(() => pools.sandbox.curateData(curation));
  expect(full.statistics.rows).toBeGreaterThan(sample.statistics.rows);
  const audited = await good(() =>
    pools.eval.auditContamination({
      experiment,
      dataSha256,
      data: full.data,
      showHeldOutMatches: true,
    }),
  );
  const data = { data: audited.train, holdout: audited.holdout };
  const trained = await good(() => pools.gpu.trainModel({ experiment, ...common, ...data }));
  expect(trained.report).toMatchObject({ steps: 6, resumes: 0 });
  expect(trained.report.holdoutLoss).toBeGreaterThan(0);
  const { predictions } = await good(() =>
    pools.gpu.generatePredictions({
      experiment,
      model: trained.model,
      prompts,
      maxNewTokens,
      seed: 1,
    }),
  );
  const { benchmark } = await good(() =>
    pools.eval.scorePredictions({
      experiment,
      dataSha256,
      predictions,
      compareWith: { parent: null, best: null, baseline: null },
      seed: 1,
    }),
  );
  expect(benchmark).toMatchObject({ metric: "accuracy", validation: { n: 40 }, dev: { n: 12 } });
}, 180_000);

test("epochs that are more steps than the task allows are refused with the figures", async () => {
  const place = await world();
  const { trainModel } = createGpuActivities(place);
  const rows = Array.from({ length: 100 }, (_, at) => ({
    prompt: `${at}`,
    completion: "\\boxed{1}",
  }));
  const data = await place.artifacts.putBytes(
    rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    "application/jsonl",
  );
  const result = await once(async () =>
    trainModel({
      experiment: experimentKey(),
      baseModel: await place.artifacts.putTree(place.config.baseModels.mini?.path ?? ""),
      data,
      holdout: await place.artifacts.putBytes("", "application/jsonl"),
      config: trainConfigSchema.parse({ num_train_epochs: 100, per_device_train_batch_size: 8 }),
      contextLength: 256,
      seed: 1,
    }),
  );
  expect(result).toMatchObject({
    ok: false,
    failure: {
      class: "invalid-config",
      message:
        "train.yaml: num_train_epochs: 100 epochs over 100 rows are 1300 steps, allowed are 240",
    },
  });
});
