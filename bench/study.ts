/**
 * A study of runs that do nothing: `node bench/study.ts [--cells 1000] [--concurrency 20]`. The workflows are the product's (study,
 * agentRun with one iteration, experiment), the server and the store are real, the stages return at once. Prints runs per minute,
 * memory at the start and at its highest, and the longest history that the study had.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { studySpec, variantSpec } from "../tests/support/study-spec.ts";
import { withStudyWorkers } from "../tests/support/study-world.ts";
import { startWorld } from "../tests/support/workflow-world.ts";

const { values } = parseArgs({
  options: {
    cells: { type: "string", default: "1000" },
    concurrency: { type: "string", default: "20" },
  },
});
/** Resident memory of this process, in MB. */
class Peak {
  readonly first = Peak.#now();
  highest = this.first;

  look(): void {
    this.highest = Math.max(this.highest, Peak.#now());
  }

  static #now(): number {
    return Math.round(process.memoryUsage.rss() / 1e6);
  }
}

const seeds = Math.ceil(Number(values.cells) / 4);
const folder = await mkdtemp(join(tmpdir(), "dojo-bench-"));
const world = await startWorld([
  "--db-filename",
  join(folder, "temporal.db"),
  "--sqlite-pragma",
  "journal_mode=WAL",
  "--sqlite-pragma",
  "synchronous=NORMAL",
]);
try {
  const spec = studySpec({
    variants: ["ft-agent", "manual-sft"].map(variantSpec),
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    concurrency: Number(values.concurrency),
  });
  const memory = new Peak();
  await withStudyWorkers(world, { remember: false }, async ({ start }) => {
    const began = performance.now();
    const handle = await start(spec);
    const timer = setInterval(() => memory.look(), 500);
    const view = await handle.result().finally(() => clearInterval(timer));
    const seconds = (performance.now() - began) / 1000;
    const lengths = await historyLengths(handle.workflowId);
    console.log(
      [
        `${view.cells} runs of one iteration, ${spec.concurrency} at a time: ${view.counts.completed} completed in ${seconds.toFixed(0)} s`,
        `${((view.cells / seconds) * 60).toFixed(0)} runs per minute`,
        `memory of client and workers: ${memory.first} MB at the start, ${memory.highest} MB at its highest`,
        `the study's histories: ${lengths.length}, the longest of ${Math.max(...lengths)} events`,
      ].join("\n"),
    );
  });
} finally {
  await world.close();
  await rm(folder, { recursive: true, force: true });
}

/** Events of each of the study's executions, which continue each other as new. */
async function historyLengths(workflowId: string): Promise<number[]> {
  const { client } = world.environment;
  const lengths: number[] = [];
  for await (const each of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    lengths.push(each.historyLength);
  }
  return lengths;
}
