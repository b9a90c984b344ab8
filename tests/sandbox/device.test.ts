import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { DRIVERS, fixture, job, line, missingDrivers, named, untilFile } from "./fixture.ts";
import { killWorker, startWorker } from "./worker-process.ts";

missingDrivers("device lock");
describe.each(DRIVERS)("device lock, %s", (driver) => {
  test("two workers never have two jobs on one device", async () => {
    const stack = fixture(driver);
    const names = ["first", "second", "third"].map(named);
    const spec = (name: string) =>
      job(`open("ready", "w").write("x\\n")${untilFile("go")}`, { name, device: "cpu-0" });
    const workers = names.map((name) => startWorker(stack, spec(name)));
    await Promise.all(workers.map((worker) => worker.started));
    for (const { child } of workers) await killWorker(child);

    const handles = await Promise.all(names.map((name) => stack.sandbox.start(spec(name))));
    expect(handles.every((handle) => handle.adopted)).toBe(true);
    for (let left = handles; left.length > 0; ) {
      const states = () => Promise.all(left.map((handle) => handle.state()));
      const at = await until(async () => {
        const at = (await states()).indexOf("running");
        return at >= 0 && line(left[at]?.outPath ?? "", "ready") !== null && { index: at };
      }, "one at work");
      expect((await states()).filter((state) => state === "running")).toHaveLength(1);
      const running = left[at.index];
      writeFileSync(join(running?.outPath ?? "", "go"), "");
      expect(await running?.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
      left = left.filter((handle) => handle !== running);
    }
  });

  test("stacks with different homes share the device's lock", async () => {
    const { sandbox, another } = fixture(driver);
    const other = another();
    const first = await sandbox.start(job(untilFile("go"), { device: "cpu-0" }));
    await until(async () => (await first.state()) === "running", "first at work");
    const second = await other.start(job("pass", { device: "cpu-0", name: named("second") }));
    await until(async () => (await second.state()) === "waiting-for-device", "second waits");
    const third = await other.start(job("pass", { device: "cpu-1", name: named("third") }));
    expect(await third.wait({})).toMatchObject({ outcome: "exited" });
    expect(await second.state()).toBe("waiting-for-device");
    await first.stop(0);
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });

  test("time in the queue counts neither against the deadline nor as the job's time", async () => {
    const { sandbox } = fixture(driver);
    const first = await sandbox.start(job(untilFile("go"), { device: "cpu-0" }));
    await until(async () => (await first.state()) === "running", "first at work");
    const usual = job("pass", { name: named("second"), device: "cpu-0" });
    const second = await sandbox.start({
      ...usual,
      limits: { ...usual.limits, deadlineMs: 1_500 },
    });
    const begun = Date.now();
    await until(async () => (await second.state()) === "waiting-for-device", "second waits");
    await until(() => Date.now() - begun > 1_500, "its deadline is over");
    await first.stop(0);
    const exit = await second.wait({});
    expect(exit).toMatchObject({ outcome: "exited", limit: null });
    expect(exit.wallSeconds).toBeLessThan(1.5);
  });

  test("a job that waits for its device can be stopped", async () => {
    const { sandbox } = fixture(driver);
    const first = await sandbox.start(job(untilFile("go"), { device: "cpu-0" }));
    await until(async () => (await first.state()) === "running", "first at work");
    const second = await sandbox.start(job("pass", { name: named("second"), device: "cpu-0" }));
    await until(async () => (await second.state()) === "waiting-for-device", "second waits");
    await second.stop(60_000);
    expect(await second.wait({})).toMatchObject({ outcome: "stopped", cpuSeconds: 0 });
    expect(await first.state()).toBe("running");
  });

  test("a device is free again when the keeper of its job was killed", async () => {
    const { sandbox, keeper } = fixture(driver);
    const spec = job(`open("ready", "w").write("x\\n")${untilFile("go")}`, { device: "cpu-0" });
    const first = await sandbox.start(spec);
    await until(() => line(first.outPath, "ready"), "job at work");
    process.kill(keeper(spec.name), "SIGKILL");
    const second = await sandbox.start(job("pass", { name: named("second"), device: "cpu-0" }));
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });
});
