import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGpuActivities } from "../../activities/gpu/index.ts";
import { REPOSITORY } from "../../config/load.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { experimentKey, type World, world } from "./world.ts";

/**
 * Stands in for train.py: it executes its data as Python, with `start` (which start this is), `step(n)`, `wait_for(file)` and
 * `finish()` at hand, in the job's output folder. So a test scripts how a training goes wrong.
 */
const TRAINER = `
import argparse, json, os, signal, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("--data")
parser.add_argument("--out")
args, _ = parser.parse_known_args()
os.chdir(args.out)
with open("starts", "a") as file: file.write("x")
start = os.path.getsize("starts")

def step(number):
    line = {"step": number, "steps": 10, "loss": 1 / number, "tokensPerSecond": 100.0, "mfu": None}
    with open("metrics.jsonl", "a") as file: file.write(json.dumps(line) + "\\n")

def wait_for(name):
    while not os.path.exists(name): time.sleep(0.01)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def finish(**changes):
    os.makedirs("model", exist_ok=True)
    with open("model/weights", "w") as file: file.write("weights")
    result = {"ok": True, "steps": 10, "finalLoss": 0.1, "trainLoss": 0.2, "holdoutLoss": None, "overfittingGap": None,
        "tokensPerSecond": 100, "peakMemoryBytes": 5, "resumes": start - 1, "weightsSha256": "w", "versions": {}, **changes}
    with open("result.json", "w") as file: json.dump(result, file)

with open(args.data) as file: exec(file.read())
`;

/** A world whose gpu pool trains with a scripted trainer. */
export async function trainingWorld(options: Parameters<typeof world>[0] = {}) {
  const repository = temporaryFolder();
  mkdirSync(join(repository, "sandbox-images", "trainer"), { recursive: true });
  writeFileSync(join(repository, "sandbox-images", "trainer", "train.py"), TRAINER);
  symlinkSync(join(REPOSITORY, "tasks"), join(repository, "tasks"));
  const change: NonNullable<typeof options.change> = (config) => ({
    ...(options.change?.(config) ?? config),
    repository,
    origin: config.origin,
  });
  const place = await world({ ...options, change });
  return { ...place, ...(await training(place)) };
}

async function training(place: World) {
  const { artifacts } = place;
  const model = await artifacts.putBytes("model", "text/plain");
  const { trainModel } = createGpuActivities(place);
  return {
    /** Trains with a scripted course, Python code. */
    train: async (course: string, label = "it01") =>
      trainModel({
        experiment: experimentKey(label),
        baseModel: model,
        data: await artifacts.putBytes(course, "text/x-python"),
        holdout: model,
        config: trainConfigSchema.parse({ max_steps: 10 }),
        contextLength: 256,
        seed: 1,
      }),
    /** Output folder of the only job. */
    out: async () => {
      const [job] = await place.sandbox.list();
      return join(place.home, "jobs", "out", job?.name ?? "");
    },
  };
}
