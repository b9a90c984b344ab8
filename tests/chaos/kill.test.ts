import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExperimentView } from "../../cli/runs/experiment-view.ts";
import type { RunView } from "../../protocol/control.ts";
import { type DojoStack, dojoStack } from "../support/dojo-stack.ts";
import { processTree } from "../support/process-tree.ts";
import { until } from "../support/until.ts";

/** A run of manual-sft, cut to what a test can wait for; everything is real. */
const RUN = ["--task", "aime25", "--agent", "manual-sft", "--seed", "3", "--iterations", "1"];
const ID = (study: string) => `run/${study}/aime25/manual-sft/s3`;

let stack: DojoStack;
let connection: Connection;
let client: Client;
let undisturbed: Outcome;

beforeAll(async () => {
  stack = dojoStack();
  await stack.run("up");
  await start("undisturbed");
  undisturbed = await finish("undisturbed");
  const status = await stack.json<{ temporal: { address: string } }>("status");
  connection = await Connection.connect({ address: status.temporal.address });
  client = new Client({ connection });
}, 600_000);

afterAll(async () => {
  await connection?.close();
  await stack?.close();
}, 60_000);

/** What must not depend on who died meanwhile. */
interface Outcome {
  readonly baseline: unknown;
  readonly validation: unknown;
  readonly test: unknown;
  readonly weightsSha256: string | null | undefined;
  readonly resumes: number;
  readonly steps: number;
}

/** Follows a run that was started to its end. */
async function finish(study: string): Promise<Outcome> {
  const watched = await stack.run("watch", ID(study));
  if (watched.code !== 0) throw new Error(`the run did not complete:\n${watched.stderr}`);
  const view = await stack.json<RunView>("show", ID(study));
  const { lineage, feedback } = await stack.json<ExperimentView>("show", `${ID(study)}/it01`);
  return {
    baseline: view.baseline,
    validation: view.iterations[0]?.validation,
    test: view.test,
    weightsSha256: lineage.weightsSha256,
    resumes: feedback.training?.resumes ?? -1,
    steps: feedback.training?.steps ?? -1,
  };
}

async function start(study: string): Promise<void> {
  await stack.json("run", ...RUN, "--study", study, "--detach");
}

/** Waits until the activity is scheduled or started. */
async function pending(id: string, activity: string): Promise<void> {
  await until(
    async () => {
      try {
        const { raw } = await client.workflow.getHandle(id).describe();
        const found = raw.pendingActivities?.some((each) => each.activityType?.name === activity);
        return found ? true : null;
      } catch {
        return null;
      }
    },
    `${activity} of ${id}`,
    300_000,
  );
}

/** Steps that the trainer of a study's run has logged. */
function stepsLogged(study: string): number {
  const jobs = join(stack.home, "jobs", "out");
  try {
    const names = readdirSync(jobs);
    const name = names.find((each) => each.includes(study) && each.includes("train-model"));
    const text = readFileSync(join(jobs, name ?? "", "metrics.jsonl"), "utf8");
    return text.trimEnd().split("\n").length;
  } catch {
    return 0;
  }
}

async function training(study: string, steps: number): Promise<void> {
  await until(
    () => (stepsLogged(study) >= steps ? true : null),
    `step ${steps} of the training`,
    120_000,
  );
}

/** Pid of the Python process of a study's trainer: the one below the process that the job's record names. */
function trainer(study: string): number {
  const records = join(stack.home, "jobs", "records");
  const name = readdirSync(records).find(
    (each) => each.includes(study) && each.includes("train-model"),
  );
  if (name === undefined) throw new Error(`no trainer works for ${study}`);
  const state = JSON.parse(readFileSync(join(records, name, "state.json"), "utf8"));
  const family = processTree(state.job.pid);
  const found = family.find(
    ({ args }) =>
      /python[\d.]*$/.test(args[0] ?? "") && args.some((arg) => arg.endsWith("/train.py")),
  );
  if (found === undefined) throw new Error(`no trainer lives below ${state.job.pid}`);
  return found.pid;
}

/**
 * Kills a pool's worker after holding it still until the activity is in its queue or its hands, so that the kill falls into the
 * activity, however short that is. It must be the next one of its pool.
 */
async function killWithin(pool: string, id: string, activity: string): Promise<void> {
  const pid = await kill(pool, "SIGSTOP");
  await pending(id, activity);
  process.kill(pid, "SIGKILL");
  await replaced(pool, pid);
}

/** Sends a signal to a pool's worker and gives its pid. */
async function kill(pool: string, signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
  const pid = await stack.pid(pool);
  if (pid === null) throw new Error(`no process of the pool ${pool}`);
  process.kill(pid, signal);
  return pid;
}

/** Waits until another process works for the pool; for a moment there is none. */
async function replaced(pool: string, pid: number): Promise<void> {
  const other = async () => ((await stack.pid(pool)) ?? pid) !== pid || null;
  await until(other, `a new ${pool} worker`, 60_000);
}

describe("kill -9 in the middle of a run ends with the undisturbed run's scores", {
  timeout: 600_000,
}, () => {
  test("of the planner, sandbox, eval and recorder workers, each within an activity of its own", async () => {
    const study = "kill-workers";
    await start(study);
    await killWithin("planner", ID(study), "proposeStrategy");
    await killWithin("sandbox", `${ID(study)}/it01`, "checkSubmission");
    await killWithin("eval", `${ID(study)}/it01`, "auditContamination");
    await killWithin("recorder", `${ID(study)}/it01`, "recordExperiment");
    expect(await finish(study)).toEqual(undisturbed);
  });

  test("of the gpu worker, while it trains: the living trainer is adopted, no step is lost", async () => {
    const study = "kill-gpu";
    await start(study);
    await training(study, 3);
    const before = trainer(study);
    const worker = await kill("gpu");
    await replaced("gpu", worker);
    expect(trainer(study)).toBe(before);
    const outcome = await finish(study);
    expect(outcome).toEqual(undisturbed);
    expect(outcome.resumes).toBe(0);
  });

  test("of the trainer: at most one checkpoint interval is lost", async () => {
    const study = "kill-trainer";
    await start(study);
    await training(study, 20);
    process.kill(trainer(study), "SIGKILL");
    const outcome = await finish(study);
    expect(outcome.resumes).toBe(1);
    expect({ ...outcome, resumes: 0 }).toEqual(undisturbed);
  });

  test("of the Temporal server and the workflows worker, while it trains", async () => {
    const study = "kill-server";
    await start(study);
    await training(study, 3);
    const { temporal } = await stack.json<{ temporal: { pid: number } }>("status");
    process.kill(temporal.pid, "SIGKILL");
    await kill("workflows");
    expect(await finish(study)).toEqual(undisturbed);
  });
});

describe("a run that is ended leaves no trainer behind", { timeout: 300_000 }, () => {
  test.each(["cancel", "terminate"] as const)("%s", async (how) => {
    const study = `end-${how}`;
    await start(study);
    await training(study, 2);
    const pid = trainer(study);
    if (how === "cancel") expect((await stack.run("cancel", ID(study))).code).toBe(0);
    else await client.workflow.getHandle(ID(study)).terminate("test");
    await until(() => (alive(pid) ? null : true), "the trainer to be gone", 10_000);
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
