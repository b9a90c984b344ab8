import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reapJobs } from "../../sandbox/reaper.ts";
import { until } from "../support/until.ts";
import { DRIVERS, fixture, job, line, missingDrivers, named, untilFile } from "./fixture.ts";

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

missingDrivers("stopping a job");
describe.each(DRIVERS)("stopping a job, %s", (driver) => {
  test("stop ends the job and all that it started, whatever it did to escape", async () => {
    const { sandbox, living } = fixture(driver);
    const spec = job(STUBBORN);
    const handle = await sandbox.start(spec);
    await until(() => line(handle.outPath, "ready"), "job at work");
    expect(living(spec.name).length).toBeGreaterThanOrEqual(3);
    await handle.stop(100);
    expect(living(spec.name)).toEqual([]);
    expect(await handle.wait({})).toMatchObject({ outcome: "stopped" });
    await handle.stop(100);
  });

  test("a job that heeds SIGTERM may finish its work within the grace", async () => {
    const { sandbox } = fixture(driver);
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
    const { sandbox, living } = fixture(driver);
    const code = `
import os, time
if os.fork() == 0:
    os.setsid()
    while True: time.sleep(0.05)`;
    const spec = job(code);
    const handle = await sandbox.start(spec);
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(living(spec.name)).toEqual([]);
  });

  test("a stopped job is started again over its output", async () => {
    const { sandbox } = fixture(driver);
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
    const { sandbox, living, keeper } = fixture(driver);
    const spec = job(STUBBORN);
    const handle = await sandbox.start(spec);
    await until(() => line(handle.outPath, "ready"), "job at work");
    process.kill(keeper(spec.name), "SIGSTOP");
    await handle.stop(0);
    expect(living(spec.name)).toEqual([]);
    expect(["lost", "stopped"]).toContain((await handle.wait({})).outcome);
  });

  test("who waits can let go without touching the job", async () => {
    const { sandbox } = fixture(driver);
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
    const { sandbox } = fixture(driver);
    for (const owner of ["closed", "open", "unknown", "unreachable"]) {
      await sandbox.start(job(untilFile("go"), { name: named(`job-${owner}`), owner }));
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
      stopped: [named("job-closed")],
      unknown: expect.arrayContaining([named("job-unknown"), named("job-unreachable")]),
      failed: [],
    });
    const states = (await sandbox.list()).map(({ name, state }) => [name, state]);
    expect(Object.fromEntries(states)).toEqual({
      [named("job-closed")]: "finished",
      [named("job-open")]: "running",
      [named("job-unknown")]: "running",
      [named("job-unreachable")]: "running",
    });
  });
});
