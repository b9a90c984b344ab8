import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endProcess, identify, isAlive, signalProcess } from "../../workers/process-identity.ts";

function sleeper(script = "setInterval(() => {}, 1000)"): ReturnType<typeof spawn> {
  return spawn(process.execPath, ["-e", `${script}; process.stdout.write("up")`], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

test("a process is known again while it lives and gone when it has ended", async () => {
  const child = sleeper();
  const identity = identify(child.pid ?? 0);
  if (identity === null) throw new Error("no identity");
  expect(isAlive(identity)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(identity)).toBe(false);
});

test("another process under the same id is never signalled", () => {
  const own = identify(process.pid);
  expect(signalProcess({ pid: process.pid, startToken: "an earlier boot/1" }, "SIGKILL")).toBe(
    false,
  );
  expect(own).not.toBeNull();
});

test("a process that ignores SIGTERM is killed after the grace", async () => {
  const child = sleeper('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
  await once(child.stdout ?? child, "data");
  const identity = identify(child.pid ?? 0);
  const exit = once(child, "exit");
  if (identity !== null) await endProcess(identity, 100);
  expect(await exit).toEqual([null, "SIGKILL"]);
});
