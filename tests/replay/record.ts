/**
 * Records the histories that tests/replay/replay.test.ts replays: each comes from a real local server, real workflows and
 * scripted stages. Run it when a new kind of history is wanted, never to make a broken replay pass:
 *
 *     node tests/replay/record.ts [NAME ...]
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RunSpec } from "../../protocol/run-spec.ts";
import type { Script } from "../support/scripted-activities.ts";
import { until } from "../support/until.ts";
import {
  type ScriptedRun,
  startWorld,
  type WorkflowWorld,
  withRun,
} from "../support/workflow-world.ts";

interface Scenario {
  readonly script: Script;
  readonly spec: Partial<RunSpec>;
  /** Labels of experiments whose histories are kept beside the run's. */
  readonly experiments: readonly string[];
  /** Steers the run to the state wanted, once it has started. */
  readonly drive?: (run: ScriptedRun) => Promise<void>;
  /** Kill -9 of the workflow worker while this stage of it01 runs, then a new worker. */
  readonly killDuring?: string;
}

const rising = (label: string) => ({ baseline: 0.02, it01: 0.4, it02: 0.7 })[label] ?? 0.1;
const limits = {
  maxGpuSeconds: null,
  maxUsd: null,
  maxTokens: null,
  maxWallSeconds: null,
  targetScore: null,
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  success: { script: { score: rising }, spec: {}, experiments: ["it01", "it02"] },
  confirmed: {
    script: {
      score: (label) => ({ baseline: 0.1, it01: 0.15, "it01-c1": 0.14 })[label] ?? 0.1,
      seedSpread: 0.05,
    },
    spec: { budget: { iterations: 1, ...limits } },
    experiments: ["it01-c1"],
  },
  "candidate-failure": {
    script: {
      score: rising,
      fail: (stage, label) =>
        (stage === "curateSample" && label === "it01") ||
        (stage === "trainModel" && label === "it02")
          ? "code-raised"
          : null,
    },
    spec: {},
    experiments: ["it01", "it01-r1", "it02"],
  },
  charts: {
    script: { score: rising, draws: true },
    spec: { budget: { iterations: 1, ...limits } },
    experiments: ["it01"],
  },
  "worker-killed": {
    script: { score: rising },
    spec: {},
    experiments: ["it01"],
    killDuring: "curateData",
  },
  "continued-as-new": {
    script: { score: rising },
    spec: { budget: { iterations: 3, ...limits }, continueAsNewAfter: 1 },
    experiments: [],
  },
  steered: {
    script: { score: rising },
    spec: { approve: true },
    experiments: [],
    drive: async ({ handle }) => {
      const waiting = (iteration: number) =>
        until(async () => {
          const view = await handle.query<{ pendingApproval: { iteration: number } | null }, []>(
            "status",
          );
          return view.pendingApproval?.iteration === iteration ? true : null;
        }, `iteration ${iteration} to wait for approval`);
      await waiting(1);
      await handle.signal("steer", "look at the labels");
      await handle.signal("pause");
      await handle.executeUpdate("setBudget", { args: [{ maxGpuSeconds: 1000 }] });
      await handle.executeUpdate("approve", {
        args: [{ iteration: 1, approved: false, reason: "too bold" }],
      });
      await handle.signal("resume");
      await waiting(2);
      await handle.executeUpdate("approve", {
        args: [{ iteration: 2, approved: true, reason: null }],
      });
    },
  },
};

async function record(world: WorkflowWorld, name: string, scenario: Scenario): Promise<void> {
  const folder = fileURLToPath(new URL("./histories/", import.meta.url));
  const save = async (file: string, id: string, execution?: string) => {
    // The CLI writes the JSON that the UI offers for download; the SDK's own writer can't serialize bytes within maps.
    const { stdout } = await promisify(execFile)(
      process.env.TEMPORAL_CLI_PATH ?? "temporal",
      [
        ...["workflow", "show", "--output", "json", "--address", world.environment.address],
        ...["--workflow-id", id, ...(execution === undefined ? [] : ["--run-id", execution])],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    await writeFile(join(folder, file), anonymous(stdout));
  };
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const script: Script =
    scenario.killDuring === undefined
      ? scenario.script
      : {
          ...scenario.script,
          onStart: (activity, label) =>
            activity === scenario.killDuring && label === "it01" ? held : undefined,
        };
  const workers = scenario.killDuring === undefined ? undefined : await workflowWorkers(world);
  try {
    await withRun(
      world,
      { script, spec: scenario.spec, withoutWorkflows: workers !== undefined },
      async (run) => {
        if (workers !== undefined) {
          await until(
            () => (run.seen.calls.includes(`it01 ${scenario.killDuring}`) ? true : null),
            "the stage",
          );
          await workers.replace();
          release();
        }
        await scenario.drive?.(run);
        await run.handle.result();
        await save(`${name}.run.json`, run.spec.id, run.handle.firstExecutionRunId);
        if (scenario.spec.continueAsNewAfter !== undefined)
          await save(`${name}.last.json`, run.spec.id);
        for (const label of scenario.experiments)
          await save(`${name}.${label}.json`, `${run.spec.id}/${label}`);
      },
    );
  } finally {
    await workers?.stop();
  }
}

/** The history without what names a machine: process, host and folder. */
function anonymous(history: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return history
    .replaceAll(root, "/ft-dojo/")
    .replaceAll(new RegExp(`\\b\\d+@${hostname()}`, "g"), "1@host");
}

/** A workflow worker as a process; `replace` kills it with SIGKILL and starts another. */
async function workflowWorkers(world: WorkflowWorld) {
  const folder = await mkdtemp(join(tmpdir(), "dojo-record-"));
  const bundle = join(folder, "bundle.js");
  if (!("code" in world.bundle)) throw new Error("expected a bundle with code");
  await writeFile(bundle, world.bundle.code);
  const start = () =>
    new Promise<ChildProcess>((resolve) => {
      const script = fileURLToPath(new URL("../support/workflow-worker.ts", import.meta.url));
      const child = spawn(process.execPath, [script, world.environment.address, bundle], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      child.stdout?.once("data", () => resolve(child));
    });
  let current = await start();
  const end = async (signal: NodeJS.Signals) => {
    const ended = new Promise((resolve) => current.once("exit", resolve));
    current.kill(signal);
    await ended;
  };
  return {
    replace: async () => {
      await end("SIGKILL");
      current = await start();
    },
    stop: async () => {
      await end("SIGTERM");
      await rm(folder, { recursive: true });
    },
  };
}

const wanted = process.argv.slice(2);
const world = await startWorld();
try {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await record(world, name, scenario);
    process.stderr.write(`recorded ${name}\n`);
  }
} finally {
  await world.close();
}
