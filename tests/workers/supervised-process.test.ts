import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { openLog, SupervisedProcess } from "../../workers/supervised-process.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { supervisor } = loadConfig({ env: {} });

function supervised(script: string, policy: Partial<typeof supervisor>): SupervisedProcess {
  const child = new SupervisedProcess(
    {
      ...{ name: "child", command: process.execPath, args: ["-e", script], env: process.env },
      ...{ cwd: "/", logPath: join(temporaryFolder(), "logs", "child.log"), channel: true },
    },
    { ...supervisor, ...policy },
    () => {},
  );
  onTestFinished(() => child.stop(100));
  return child;
}

/** Pauses that the supervisor announced, in milliseconds. */
function pauses(messages: readonly unknown[][]): number[] {
  return messages.map(([text]) => Number(/again in (\d+) ms/.exec(String(text))?.[1]));
}

test("the pause before a restart doubles up to the limit", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const child = supervised("process.exit(3)", { restartInitialMs: 1, restartMaximumMs: 4 });
  child.start();
  await eventually("five restarts", () => (child.restarts >= 5 ? true : undefined));
  expect(pauses(said.mock.calls).slice(0, 5)).toEqual([1, 2, 4, 4, 4]);
  said.mockRestore();
});

test("a process that lived long enough starts again at the first pause", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const child = supervised("process.exit(3)", { restartInitialMs: 1, healthyAfterMs: 0.001 });
  child.start();
  await eventually("three restarts", () => (child.restarts >= 3 ? true : undefined));
  expect(new Set(pauses(said.mock.calls))).toEqual(new Set([1]));
  said.mockRestore();
});

test("a process that was stopped is not started again", async () => {
  const child = supervised('process.send("ready"); setInterval(() => {}, 1000)', {});
  child.start();
  await child.ready;
  await child.stop(5_000);
  expect(child.restarts).toBe(0);
});

test("a program that is not there counts as a death", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const child = supervised("", { restartInitialMs: 60_000 });
  Object.assign(child.spec, { command: "/no/such/program" });
  child.start();
  await eventually("a message", () => (said.mock.calls.length > 0 ? true : undefined));
  expect(String(said.mock.calls[0]?.[0])).toContain("ENOENT");
  said.mockRestore();
});

test("a log that has grown too long is set aside at the next start", () => {
  const path = join(temporaryFolder(), "child.log");
  writeFileSync(path, "x".repeat(100));
  openLog(path, 99);
  expect(readFileSync(`${path}.1`, "utf8")).toHaveLength(100);
  expect(statSync(path).size).toBe(0);
});
