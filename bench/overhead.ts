/**
 * Wall time of a run of three iterations divided by a bare shell loop over the very same stage commands:
 * `node bench/overhead.ts [TASK]`. Prints both times and the ratio.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { statisticsCard, taskOf } from "../activities/task-cards.ts";
import { openArtifactStore } from "../artifacts/open-artifact-store.ts";
import { loadConfig } from "../config/load.ts";
import type { RunView } from "../protocol/control.ts";
import { listExperiments } from "../store/experiments.ts";
import { openStore } from "../store/open-store.ts";
import { getRun } from "../store/runs.ts";
import { dojo, timed } from "./dojo.ts";

const task = process.argv[2] ?? "aime25";
const home = await mkdtemp(join(tmpdir(), "dojo-bench-"));
const work = await mkdtemp(join(tmpdir(), "dojo-bench-loop-"));
try {
  const config = loadConfig({ home });
  await dojo(home, "up");
  const run = await timed(() =>
    dojo<RunView>(
      home,
      ...["run", "--task", task, "--agent", "ft-agent", "--seed", "1"],
      ...["--iterations", "3", "--quiet"],
    ),
  );
  await layOut(run.value.id);
  const loop = await timed(() =>
    promisify(execFile)("bash", [join(import.meta.dirname, "bare-loop.sh"), work], {
      maxBuffer: 1e8,
    }),
  );
  console.log(`run of ${run.value.iterations.length} iterations: ${run.seconds.toFixed(1)} s`);
  console.log(`bare shell loop over the same commands: ${loop.seconds.toFixed(1)} s`);
  console.log(`ratio: ${(run.seconds / loop.seconds).toFixed(3)} (at most 1.15; aim 1.05)`);

  /** Writes what the loop needs: the run's own submissions, configurations and seeds, in order. */
  async function layOut(id: string): Promise<void> {
    const artifacts = openArtifactStore(config.artifactsUrl);
    const store = openStore(config.databaseUrl);
    const record = await getRun(store.db, id);
    const experiments = await listExperiments(store.db, id);
    await store.close();
    const { card, folder, tier } = taskOf(config, task, "mini");
    const answers = join(home, "answers", "mini", card.id, record?.dataSha256 ?? "");
    await promisify(execFile)("bash", [
      "-c",
      `for s in dev validation; do sed "s/{\\"id\\": *\\"/{\\"id\\": \\"$s:/" "$0/$s/prompts.jsonl"; done > "$1/prompts.jsonl"`,
      answers,
      work,
    ]);
    await writeEnv(work, {
      repository: config.repository,
      python: config.python,
      task_folder: folder,
      answers,
      base: config.baseModels[tier.baseModel]?.path ?? "",
      context: String(tier.contextLength),
      max_new_tokens: String(tier.maxNewTokens),
      threads: String(config.devices[0]?.threads ?? 1),
      card: statisticsCard(config, task, "mini"),
      prompts: join(work, "prompts.jsonl"),
    });
    for (const [at, { id: experiment, result, submission }] of experiments.entries()) {
      if (result.outcome !== "completed") continue;
      const here = join(work, `it${String(at).padStart(2, "0")}`);
      await mkdir(here);
      await artifacts.materialize(submission, join(here, "submission"));
      await writeFile(join(here, "config.json"), JSON.stringify(result.lineage.config));
      await writeEnv(here, {
        curate_seed: String(result.lineage.seeds.curate),
        train_seed: String(result.lineage.seeds.train),
        confirmation: /-c\d+$/.test(experiment) ? "yes" : "no",
      });
    }
  }
} finally {
  await dojo(home, "down");
  await rm(home, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
}

async function writeEnv(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  await writeFile(join(folder, "env"), lines.join(""));
}
