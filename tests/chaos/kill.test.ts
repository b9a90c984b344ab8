import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunView } from "../../protocol/control.ts";
import type { ExperimentResult } from "../../protocol/experiment-spec.ts";
import { commandLines, type DojoStack, dojoStack } from "../support/dojo-stack.ts";
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
  undisturbed = await finish("undisturbed");
  const status = await stack.json<{ temporal: { address: string } }>("status");
  connection = await Connection.connect({ address: status.temporal.address });
  client = new Client({ connection });
}, 300_000);

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

async function finish(study: string, started = false): Promise<Outcome> {
  if (!started) await stack.json("run", ...RUN, "--study", study, "--detach");
  const watched = await stack.run("watch", ID(study));
  if (watched.code !== 0) throw new Error(`the run did not complete:\n${watched.stderr}`);
  const view = await stack.json<RunView>("show", ID(study));
  const experiment = await stack.json<{
    result: ExperimentResult;
    feedback: { training: { resumes: number; steps: number } };
  }>("show", `${ID(study)}/it01`);
  return {
    baseline: view.baseline,
    validation: view.iterations[0]?.validation,
    test: view.test,
    weightsSha256: experiment.result.lineage.weightsSha256,
    resumes: experiment.feedback.training.resumes,
    steps: experiment.feedback.training.steps,
  };
}

/** Starts a run, waits until `activity` is with its pool, lets `kill` loose, and returns how the run ended. */
async function disturbed(
  study: string,
  moment: { readonly workflow: "run" | "it01"; readonly activity: string },
  kill: () => Promise<void>,
): Promise<Outcome> {
  await stack.json("run", ...RUN, "--study", study, "--detach");
  const id = moment.workflow === "run" ? ID(study) : `${ID(study)}/it01`;
  await pending(id, moment.activity);
  await kill();
  return finish(study, true);
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
    120_000,
  );
}

/** Steps that the living trainer has logged. */
function stepsLogged(study: string): number {
  const jobs = join(stack.home, "jobs", "out");
  const name = readdirSync(jobs).find(
    (each) => each.includes(study) && each.includes("train-model"),
  );
  if (name === undefined) return 0;
  try {
    return readFileSync(join(jobs, name, "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n").length;
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

/** Pid of the Python process that runs train.py, for this stack's home. */
function trainer(): number {
  const processes = commandLines(readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)));
  for (const [pid, [program = "", ...args]] of processes) {
    if (/python[\d.]*$/.test(program) && args.some((arg) => arg.endsWith("/train.py"))) return pid;
  }
  throw new Error("no trainer runs");
}

/**
 * Kills a pool's worker after holding it still until the activity is in its queue or its hands, so that the kill falls into the
 * activity, however short that is.
 */
async function killWithin(
  pool: string,
  study: string,
  moment: { workflow: "run" | "it01"; activity: string },
) {
  await stack.json("run", ...RUN, "--study", study, "--detach");
  const pid = await stack.pid(pool);
  process.kill(pid, "SIGSTOP");
  const id = moment.workflow === "run" ? ID(study) : `${ID(study)}/it01`;
  await pending(id, moment.activity);
  process.kill(pid, "SIGKILL");
  await until(
    async () => ((await stack.pid(pool)) === pid ? null : true),
    `a new ${pool} worker`,
    60_000,
  );
  return finish(study, true);
}

describe("kill -9 in the middle of a run ends with the undisturbed run's scores", {
  timeout: 300_000,
}, () => {
  test.each([
    ["planner", "run", "proposeStrategy"],
    ["sandbox", "it01", "curateSample"],
    ["eval", "it01", "auditContamination"],
    ["recorder", "it01", "recordExperiment"],
  ] as const)("of the %s worker", async (pool, workflow, activity) => {
    const outcome = await killWithin(pool, `kill-${pool}`, { workflow, activity });
    expect(outcome).toEqual(undisturbed);
  });

  test("of the workflows worker, while it trains", async () => {
    const study = "kill-workflows";
    const outcome = await disturbed(
      study,
      { workflow: "it01", activity: "trainModel" },
      async () => {
        process.kill(await stack.pid("workflows"), "SIGKILL");
      },
    );
    expect(outcome).toEqual(undisturbed);
  });

  test("of the gpu worker, while it trains: the living trainer is adopted, no step is lost", async () => {
    const study = "kill-gpu";
    let before = 0;
    let after = 0;
    const outcome = await disturbed(
      study,
      { workflow: "it01", activity: "trainModel" },
      async () => {
        await training(study, 3);
        before = trainer();
        const worker = await stack.pid("gpu");
        process.kill(worker, "SIGKILL");
        await until(
          async () => ((await stack.pid("gpu")) === worker ? null : true),
          "a new gpu worker",
          60_000,
        );
        after = trainer();
      },
    );
    expect(after).toBe(before);
    expect(outcome).toEqual(undisturbed);
    expect(outcome.resumes).toBe(0);
  });

  test("of the trainer: at most one checkpoint interval is lost", async () => {
    const study = "kill-trainer";
    const outcome = await disturbed(
      study,
      { workflow: "it01", activity: "trainModel" },
      async () => {
        await training(study, 20);
        process.kill(trainer(), "SIGKILL");
      },
    );
    expect(outcome.resumes).toBe(1);
    expect({ ...outcome, resumes: 0 }).toEqual(undisturbed);
  });

  test("of the Temporal server, while it trains", async () => {
    const study = "kill-server";
    const outcome = await disturbed(
      study,
      { workflow: "it01", activity: "trainModel" },
      async () => {
        await training(study, 3);
        const { temporal } = await stack.json<{ temporal: { pid: number } }>("status");
        process.kill(temporal.pid, "SIGKILL");
      },
    );
    expect(outcome).toEqual(undisturbed);
  });
});

describe("a run that is ended leaves no trainer behind", { timeout: 120_000 }, () => {
  test.each(["cancel", "terminate"] as const)("%s", async (how) => {
    const study = `end-${how}`;
    await stack.json("run", ...RUN, "--study", study, "--detach");
    await pending(`${ID(study)}/it01`, "trainModel");
    await training(study, 2);
    const pid = trainer();
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
