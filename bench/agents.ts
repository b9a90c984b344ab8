/**
 * Scores of the agents on the test split: `node bench/agents.ts [--tasks A,B] [--seeds 1,2,3] [--agents …] [--iterations 6]
 * [--devices 1] [--home DIR]`. Three seeds each by default, beside the score of the good recipe that was fixed before the
 * strategist was written (measured by `make ladder`, kept in each task's README). With `--home` the stack's state is kept, and a
 * benchmark that was cut off goes on where it was. Mini figures prove the instrument; they say nothing about large models.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { loadConfig } from "../config/load.ts";
import { loadTaskFolders } from "../config/task-cards.ts";
import type { RunView } from "../protocol/control.ts";
import { dojo } from "./dojo.ts";

const { repository } = loadConfig();
const { values } = parseArgs({
  options: {
    tasks: {
      type: "string",
      default: loadTaskFolders(repository)
        .map((each) => each.card.id)
        .join(","),
    },
    seeds: { type: "string", default: "1,2,3" },
    agents: { type: "string", default: "base-model,manual-sft,ft-agent" },
    iterations: { type: "string", default: "6" },
    /** Runs at a time, each on a device of its own; a device computes with one thread, so scores do not depend on it. */
    devices: { type: "string", default: String(Math.max(1, cpus().length - 1)) },
    home: { type: "string" },
  },
});
const lanes = Number(values.devices);
const home = values.home ? resolve(values.home) : await mkdtemp(join(tmpdir(), "dojo-bench-"));
const cells = values.tasks
  .split(",")
  .flatMap((task) =>
    values.agents
      .split(",")
      .flatMap((agent) => values.seeds.split(",").map((seed) => ({ task, agent, seed }))),
  );
try {
  await mkdir(home, { recursive: true });
  const devices = Array.from({ length: lanes }, (_, at) => ({ name: `cpu-${at}`, threads: 1 }));
  const settings = join(home, "bench.yaml");
  await writeFile(settings, stringify({ devices }));
  await dojo(home, "up", "--config", settings);
  console.log(
    "task            agent        seed  validation  test   iterations  seconds on the device",
  );
  const waiting = [...cells];
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let cell = waiting.shift(); cell; cell = waiting.shift()) {
        const { task, agent, seed } = cell;
        show(cell, await run(task, agent, seed));
      }
    }),
  );
} finally {
  await dojo(home, "down");
  if (!values.home) await rm(home, { recursive: true, force: true });
}

/** Runs a cell to its end, or takes up the run that an earlier benchmark in this home began. */
async function run(task: string, agent: string, seed: string): Promise<RunView> {
  const id = `run/local/${task}/${agent}/s${seed}`;
  const iterations = agent === "ft-agent" ? values.iterations : "1";
  const known = values.home ? await dojo<RunView>(home, "show", id).catch(() => null) : null;
  if (known === null) {
    const options = ["--task", task, "--agent", agent, "--seed", seed, "--iterations", iterations];
    return await dojo<RunView>(home, "run", ...options, "--quiet");
  }
  // Its answer is a stream of events, no one document; that it ended is all that counts here.
  if (known.status === "running") await dojo(home, "watch", id).catch(() => null);
  return await dojo<RunView>(home, "show", id);
}

function show(cell: { task: string; agent: string; seed: string }, view: RunView): void {
  const validation = (view.bestValidation ?? view.baseline)?.value.toFixed(3) ?? "-";
  console.log(
    [
      cell.task.padEnd(15),
      cell.agent.padEnd(12),
      cell.seed.padStart(4),
      validation.padStart(11),
      (view.test?.value.toFixed(3) ?? "-").padStart(6),
      String(view.iterations.length).padStart(11),
      view.spent.gpuSeconds.toFixed(0).padStart(22),
    ].join(" "),
  );
}
