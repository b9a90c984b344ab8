import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reapJobs } from "../../sandbox/reaper.ts";
import { until } from "../support/until.ts";
import { fixture, job, keeperPid, line, MODES, record, untilFile } from "./fixture.ts";
import { processesWith } from "./processes-of.ts";

/** A job that ignores SIGTERM and leaves grandchildren in sessions of their own, two generations down. */
const STUBBORN = `
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0: os._exit(0)
        os.setsid()
        os.closerange(0, 64)
        while True: time.sleep(0.05)
    os.wait()
open("ready", "w").write("x\\n")
while True: time.sleep(0.05)`;

describe.each(MODES)("stopping a job, bubblewrap %s", (mode) => {
  test("stop ends the job and all that it started, whatever it did to escape", async () => {
    const { home, sandbox } = fixture(mode);
    const spec = job(STUBBORN);
    const handle = await sandbox.start(spec);
    await until(() => line(handle.outPath, "ready"), "job at work");
    const mark = record(home, spec.name, "spec.json")?.marker as string;
    expect(processesWith(mark).length).toBeGreaterThanOrEqual(3);
    await handle.stop(100);
    expect(processesWith(mark)).toEqual([]);
    expect(await handle.wait({})).toMatchObject({ outcome: "stopped" });
    await handle.stop(100);
  });

  test("a job that heeds SIGTERM may finish its work within the grace", async () => {
    const { sandbox } = fixture(mode);
    const code = `
import signal, sys, time
def end(*_):
    open("saved", "w").write("x\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
open("ready", "w").write("x\\n")
while True: time.sleep(0.05)`;
    const handle = await sandbox.start(job(code));
    await until(() => line(handle.outPath, "ready"), "job at work");
    await handle.stop(20_000);
    expect(line(handle.outPath, "saved")).toBe("x");
    expect(await handle.wait({})).toMatchObject({ outcome: "stopped" });
  });

  test("what a job leaves running when it ends is ended with it", async () => {
    const { home, sandbox } = fixture(mode);
    const code = `
import os, time
if os.fork() == 0:
    os.setsid()
    while True: time.sleep(0.05)`;
    const spec = job(code);
    const handle = await sandbox.start(spec);
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(processesWith(record(home, spec.name, "spec.json")?.marker as string)).toEqual([]);
  });

  test("a stopped job is started again over its output", async () => {
    const { sandbox } = fixture(mode);
    const spec = job(`open("starts", "a").write("x\\n")${untilFile("go")}`);
    const first = await sandbox.start(spec);
    await until(() => line(first.outPath, "starts"), "job at work");
    await first.stop(0);
    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: false, incarnation: 2 });
    writeFileSync(join(second.outPath, "go"), "");
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });

  test("a keeper that is suspended does not keep a job from being stopped", async () => {
    const { home, sandbox } = fixture(mode);
    const spec = job(STUBBORN);
    const handle = await sandbox.start(spec);
    await until(() => line(handle.outPath, "ready"), "job at work");
    process.kill(keeperPid(home, spec.name), "SIGSTOP");
    await handle.stop(0);
    expect(processesWith(record(home, spec.name, "spec.json")?.marker as string)).toEqual([]);
    expect(await handle.wait({})).toMatchObject({ outcome: "lost" });
  });

  test("who waits can let go without touching the job", async () => {
    const { sandbox } = fixture(mode);
    const handle = await sandbox.start(job(untilFile("go")));
    const controller = new AbortController();
    const waiting = handle.wait({ signal: controller.signal });
    controller.abort(new Error("worker shuts down"));
    await expect(waiting).rejects.toThrow("worker shuts down");
    expect(await handle.state()).toBe("running");
    writeFileSync(join(handle.outPath, "go"), "");
    expect(await handle.wait({})).toMatchObject({ outcome: "exited" });
  });

  test("the reaper ends jobs of closed workflows and leaves alone what it can't judge", async () => {
    const { sandbox } = fixture(mode);
    for (const owner of ["closed", "open", "unknown", "unreachable"]) {
      await sandbox.start(job(untilFile("go"), { name: `job-${owner}`, owner }));
    }
    const pass = await reapJobs({
      sandbox,
      graceMs: 0,
      ownerState: async (owner) => {
        if (owner === "unreachable") throw new Error("no answer");
        return owner as "open" | "closed" | "unknown";
      },
    });
    expect(pass).toEqual({
      stopped: ["job-closed"],
      unknown: expect.arrayContaining(["job-unknown", "job-unreachable"]),
      failed: [],
    });
    const states = (await sandbox.list()).map(({ name, state }) => [name, state]);
    expect(Object.fromEntries(states)).toEqual({
      "job-closed": "finished",
      "job-open": "running",
      "job-unknown": "running",
      "job-unreachable": "running",
    });
  });
});
