import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEARCH_ATTRIBUTES } from "../../protocol/search-attributes.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { MIGRATIONS } from "../../store/migrations/migrations.ts";
import { openStore } from "../../store/open-store.ts";
import { identify } from "../../workers/process-identity.ts";
import { readStackState, type StackState } from "../../workers/stack-state.ts";
import { onPath } from "../../workers/temporal-cli.ts";
import { runVerb } from "../support/dojo-process.ts";
import { eventually } from "../support/eventually.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const POOLS = ["eval", "gpu", "planner", "recorder", "sandbox", "workflows"];

const hasTemporal = Boolean(process.env.TEMPORAL_CLI_PATH) || onPath("temporal") !== null;

/** The state of a stack that is expected to be there. */
function stateOf(home: string): StackState {
  const state = readStackState(home);
  if (state === null) throw new Error(`no state in ${home}`);
  return state;
}

/** Every process of a stack. */
function pidsOf(state: StackState): number[] {
  const { supervisor, temporal, processes } = state;
  const pids = [supervisor.pid, temporal.pid, ...processes.map(({ pid }) => pid)];
  return pids.filter((pid) => pid !== null);
}

function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => identify(pid) !== null);
}

async function withClient<T>(home: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: stateOf(home).temporal.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function up(home: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await runVerb(home, ["up", ...args]);
  expect(stderr).not.toContain("dojo:");
  expect(exitCode).toBe(0);
}

/** Starts a workflow that nobody works on: it stays open. */
async function openWorkflow(home: string, workflowId: string): Promise<void> {
  await withClient(home, (client) =>
    client.workflow.start("never", { workflowId, taskQueue: "nobody" }),
  );
}

if (!hasTemporal) missingTool("the embedded stack", "there is no Temporal CLI (make setup)");

describe.runIf(hasTemporal)("the embedded stack", { timeout: 180_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), "dojo-stack-"));

  beforeAll(() => up(home), 180_000);
  afterAll(async () => {
    await runVerb(home, ["down"]);
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test("status tells the server and a process for each pool", async () => {
    const { exitCode, stdout } = await runVerb(home, ["status", "--json"]);
    expect(exitCode).toBe(0);
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({
      home,
      phase: "running",
      temporal: {
        address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        uiUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
        pid: expect.any(Number),
      },
    });
    expect(status.processes.map(({ pool }: { pool: string }) => pool).sort()).toEqual(POOLS);
  });

  test("the server has our search attributes and keeps closed runs for 30 days", async () => {
    await withClient(home, async ({ connection }) => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({
        namespace: "default",
      });
      expect(Object.keys(customAttributes ?? {})).toEqual(
        expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)),
      );
      const { config } = await connection.workflowService.describeNamespace({
        namespace: "default",
      });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
    });
  });

  test("up again says that it is up already and changes no process", async () => {
    const before = pidsOf(stateOf(home));
    const { exitCode, stdout } = await runVerb(home, ["up"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("already up");
    expect(pidsOf(stateOf(home))).toEqual(before);
  });

  test("a worker that is killed is started again, the others stay", async () => {
    const before = stateOf(home).processes;
    const victim = before.find(({ pool }) => pool === "recorder");
    process.kill(victim?.pid ?? 0, "SIGKILL");
    const successor = await eventually("a new recorder", () =>
      stateOf(home).processes.find(({ pool, pid }) => pool === "recorder" && pid !== victim?.pid),
    );
    expect(successor.restarts).toBe((victim?.restarts ?? 0) + 1);
    const others = (all: StackState["processes"]): number[] =>
      all.filter(({ pool }) => pool !== "recorder").map(({ pid }) => pid);
    expect(others(stateOf(home).processes)).toEqual(others(before));
  });

  test("a server that is killed comes back at the same address with its workflows", async () => {
    await openWorkflow(home, "before-the-server-died");
    const before = stateOf(home).temporal;
    process.kill(before.pid ?? 0, "SIGKILL");
    await eventually("a new server", () => {
      const { pid } = stateOf(home).temporal;
      return pid !== null && pid !== before.pid ? pid : undefined;
    });
    expect(stateOf(home).temporal.address).toBe(before.address);
    const description = await eventually("an answer", () =>
      withClient(home, (client) =>
        client.workflow.getHandle("before-the-server-died").describe(),
      ).catch(() => undefined),
    );
    expect(description.status.name).toBe("RUNNING");
  });

  test("workers end by themselves when their supervisor is killed", async () => {
    const { supervisor, processes } = stateOf(home);
    process.kill(supervisor.pid, "SIGKILL");
    const workers = processes.map(({ pid }) => pid);
    await eventually("workers gone", () => (living(workers).length === 0 ? true : undefined));
    expect((await runVerb(home, ["status"])).exitCode).toBe(4);
  });

  test("up after everything was killed goes on where it was", async () => {
    await up(home);
    await openWorkflow(home, "before-the-end");
    const before = stateOf(home);
    for (const pid of pidsOf(before)) process.kill(pid, "SIGKILL");
    await up(home);
    const after = stateOf(home);
    expect(after.temporal.address).toBe(before.temporal.address);
    await withClient(home, async (client) => {
      const description = await client.workflow.getHandle("before-the-end").describe();
      expect(description.status.name).toBe("RUNNING");
    });
  });

  test("two homes run side by side, and down ends all of one and nothing of the other", async () => {
    const other = temporaryFolder();
    await up(other);
    const mine = pidsOf(stateOf(home));
    const theirs = pidsOf(stateOf(other));
    expect(stateOf(other).temporal.address).not.toBe(stateOf(home).temporal.address);
    const { exitCode, stdout } = await runVerb(other, ["down", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ home: other, stopped: true });
    expect(living(theirs)).toEqual([]);
    expect(living(mine)).toEqual(mine);
    expect((await runVerb(other, ["status"])).exitCode).toBe(4);
  });
});

describe("what can't be started says why in one line and leaves nothing running", () => {
  async function refusal(home: string, args: string[], env = {}): Promise<[number, string]> {
    const { exitCode, stderr } = await runVerb(home, ["up", ...args], env);
    const [message = "", ...more] = stderr.split("\n").filter((line) => line.startsWith("dojo:"));
    expect(more).toEqual([]);
    return [exitCode, message];
  }

  test.runIf(hasTemporal)("a port that is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const home = temporaryFolder();
    const [exitCode, message] = await refusal(home, ["--set", `temporal.port=${port}`]);
    server.close();
    expect(exitCode).toBe(2);
    expect(message).toContain(`port ${port} on 127.0.0.1 is in use (temporal.port, from flag`);
    expect(readStackState(home)).toBeNull();
  });

  test("a home that can't be written", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    const [exitCode, message] = await refusal(join(file, "home"), []);
    expect(exitCode).toBe(2);
    expect(message).toContain(`${join(file, "home")} can't be written (ENOTDIR)`);
  });

  test("a Temporal CLI that is not there", async () => {
    const [exitCode, message] = await refusal(temporaryFolder(), [], {
      TEMPORAL_CLI_PATH: "/no/such/temporal",
    });
    expect(exitCode).toBe(4);
    expect(message).toContain("/no/such/temporal does not run (ENOENT); `make setup` gets it");
  });

  test.runIf(hasTemporal)("a Temporal server that does not come up", async () => {
    const folder = temporaryFolder();
    const broken = join(folder, "temporal");
    writeFileSync(
      broken,
      '#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1.5.1 (Server 1.29.1)" && exit 0\nexit 1\n',
      { mode: 0o755 },
    );
    const home = join(folder, "home");
    const quick = ["--set", "supervisor.restartInitialMs=10"];
    const [exitCode, message] = await refusal(home, quick, { TEMPORAL_CLI_PATH: broken });
    expect(exitCode).toBe(4);
    expect(message).toMatch(/does not come up; see .*temporal\.log$/);
    const state = stateOf(home);
    expect(state.phase).toBe("stopped");
    expect(living(pidsOf(state))).toEqual([]);
  });

  test("a store of a newer version", async () => {
    const home = temporaryFolder();
    const store = openStore(`sqlite:${join(home, "dojo.db")}`);
    await migrateToLatest(store, [...MIGRATIONS, { name: "of tomorrow", up: async () => {} }]);
    await store.close();
    const [exitCode, message] = await refusal(home, []);
    expect(exitCode).toBe(2);
    expect(message).toMatch(/newer/);
    expect(readFileSync(join(home, "logs", "supervisor.log"), "utf8")).toContain("newer");
  });

  test("an address of a server elsewhere", async () => {
    const [exitCode, message] = await refusal(temporaryFolder(), [], {
      TEMPORAL_ADDRESS: "temporal:7233",
    });
    expect(exitCode).toBe(2);
    expect(message).toContain("TEMPORAL_ADDRESS");
  });
});
