/**
 * Scores of the agents on the test split: `node bench/agents.ts [--tasks A,B] [--seeds 1,2,3] [--agents …] [--iterations 6]`. Three
 * seeds each by default, beside the score of the good recipe that was fixed before the strategist was written (measured by
 * `make ladder`, kept in each task's README). Mini figures prove the instrument; they say nothing about large models.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
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
  },
});
const home = await mkdtemp(join(tmpdir(), "dojo-bench-"));
try {
  await dojo(home, "up");
  console.log(
    "task            agent        seed  validation  test   iterations  seconds on the device",
  );
  for (const task of values.tasks.split(",")) {
    for (const agent of values.agents.split(",")) {
      for (const seed of values.seeds.split(",")) {
        const view = await dojo<RunView>(
          home,
          ...["run", "--task", task, "--agent", agent, "--seed", seed],
          ...["--iterations", agent === "ft-agent" ? values.iterations : "1", "--quiet"],
        );
        const validation = (view.bestValidation ?? view.baseline)?.value.toFixed(3) ?? "-";
        console.log(
          [
            task.padEnd(15),
            agent.padEnd(12),
            seed.padStart(4),
            validation.padStart(11),
            (view.test?.value.toFixed(3) ?? "-").padStart(6),
            String(view.iterations.length).padStart(11),
            view.spent.gpuSeconds.toFixed(0).padStart(22),
          ].join(" "),
        );
      }
    }
  }
} finally {
  await dojo(home, "down");
  await rm(home, { recursive: true, force: true });
}
