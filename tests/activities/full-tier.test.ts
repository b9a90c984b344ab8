import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEvalActivities } from "../../activities/eval/index.ts";
import { createGpuActivities } from "../../activities/gpu/index.ts";
import { createSandboxActivities } from "../../activities/sandbox/index.ts";
import { REPOSITORY } from "../../config/load.ts";
import type { StageResult } from "../../protocol/stage.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { fullMirror, qwenShaped } from "../support/full-tier.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { experimentKey, once, PYTHON, submissionOf, world } from "./world.ts";

/** Takes every row that has both texts, as manual-sft does. */
const CURATE = `import argparse, json, pathlib
parser = argparse.ArgumentParser()
for name in ("--sources", "--output", "--seed", "--limit"):
    parser.add_argument(name)
a = parser.parse_args()
with open(a.output, "w") as out:
    for file in sorted(pathlib.Path(a.sources).glob("*.jsonl")):
        for line in open(file):
            row = json.loads(line)
            text = row.get("solution") or "\\\\boxed{" + row["answer"] + "}"
            out.write(json.dumps({"prompt": row["problem"], "completion": text}) + "\\n")
`;

/** The value of a stage that succeeded. */
async function good<T>(stage: () => Promise<StageResult<T>>): Promise<T> {
  const result = await once(stage);
  if (!result.ok) throw new Error(`${result.failure.class}: ${result.failure.message}`);
  return result.value;
}

/** Data, one real training step, answers and a score of a model through the full tier's path. */
async function trainOneStep(shape: "narrow" | "real", maxLength: number): Promise<void> {
  const { mirror, manifest } = fullMirror();
  const folder = temporaryFolder();
  const data = { folder: join(folder, "data"), pins: join(folder, "pins.json"), manifest };
  mkdirSync(data.folder);
  const downloads = ["--store", data.folder, "--manifest", manifest, "--pins", data.pins];
  execFileSync(
    PYTHON,
    [
      ...[join(REPOSITORY, "tasks", "build_full.py"), "fetch", "--task", "aime25", ...downloads],
      ...["--from", mirror, "--pin"],
    ],
    { stdio: "ignore" },
  );
  const place = await world({
    flags: {
      ...{ tier: "full", "data.folder": data.folder, "data.manifest": data.manifest },
      ...{ "data.pins": data.pins, "baseModels.qwen-7b.path": qwenShaped(shape) },
      "limits.splits": { dev: 2, validation: 3, test: 16 },
    },
  });
  const pools = {
    sandbox: createSandboxActivities(place),
    gpu: createGpuActivities(place),
    eval: createEvalActivities(place),
  };
  const task = await once(() =>
    pools.eval.prepareTask({ task: "aime25", tier: "full", baseModel: null }),
  );
  const { raw, baseModel, contextLength, dataSha256, prompts } = task;
  expect(contextLength).toBe(16_384);
  const experiment = { ...experimentKey(), tier: "full" as const };
  const submission = await submissionOf(place, { "process_data.py": CURATE });
  const code = { experiment, submission, writtenBy: "ours" as const, allowUnprotected: false };
  const curated = await good(() => pools.sandbox.curateData({ ...code, raw, baseModel, seed: 1 }));
  expect(curated.statistics.rows).toBeGreaterThan(40);
  const audited = await good(() =>
    pools.eval.auditContamination({
      ...{ experiment, dataSha256, data: curated.data, showHeldOutMatches: true },
    }),
  );
  const config = trainConfigSchema.parse({
    ...{ max_steps: 1, per_device_train_batch_size: 1, max_length: maxLength },
    ...{ learning_rate: 1e-4, gradient_accumulation_steps: 1 },
  });
  const rows = { data: audited.train, holdout: audited.holdout };
  const trained = await good(() =>
    pools.gpu.trainModel({ experiment, baseModel, config, contextLength, seed: 7, ...rows }),
  );
  // A model that has learnt nothing spreads its guess over the whole vocabulary.
  expect(trained.report.steps).toBe(1);
  expect(trained.report.finalLoss).toBeGreaterThan(10);
  expect(trained.report.finalLoss).toBeLessThan(Math.log(151_936) + 1.5);
  const generation = { experiment, model: trained.model, prompts, maxNewTokens: 4, seed: 1 };
  const { predictions } = await good(() => pools.gpu.generatePredictions(generation));
  const answers = await place.artifacts.readBytes(predictions);
  expect(answers.toString("utf8").trim().split("\n")).toHaveLength(5);
  const { benchmark } = await good(() =>
    pools.eval.scorePredictions({
      ...{ experiment, dataSha256, predictions, seed: 1 },
      compareWith: { parent: null, best: null, baseline: null },
    }),
  );
  expect(benchmark).toMatchObject({ metric: "accuracy", validation: { n: 3, value: 0 } });
}

test("a model of Qwen2.5's architecture and vocabulary takes a step, answers and is scored", async () => {
  await trainOneStep("narrow", 128);
}, 180_000);

test("a model in the very shape of Qwen2.5-0.5B takes a step, answers and is scored", async (context) => {
  if (process.env.DOJO_TEST_ALL !== "1") {
    context.skip("494 million parameters on a CPU take minutes: `make test-all`");
  }
  await trainOneStep("real", 128);
}, 1_800_000);
