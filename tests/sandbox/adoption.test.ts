import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { DRIVERS, fixture, job, line, missingDrivers, untilFile } from "./fixture.ts";
import { killWorker, startWorker } from "./worker-process.ts";

missingDrivers("adoption");
describe.each(DRIVERS)("adoption, %s", (driver) => {
  test("a job outlives its worker and is adopted by the next one", async () => {
    const stack = fixture(driver);
    const spec = job(`open("pid", "w").write("x\\n")${untilFile("go")}raise SystemExit(7)`);
    const worker = startWorker(stack, spec);
    expect(await worker.started).toEqual({ adopted: false, incarnation: 1 });
    await killWorker(worker.child);

    const handle = await stack.sandbox.start(spec);
    expect(handle).toMatchObject({ adopted: true, incarnation: 1 });
    expect(await handle.state()).toBe("running");
    await until(() => line(handle.outPath, "pid"), "job at work");
    writeFileSync(join(handle.outPath, "go"), "");
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", exitCode: 7 });
  });

  test("two workers that start one job at once get the same job", async () => {
    const stack = fixture(driver);
    const code = `open("starts", "a").write("x\\n")${untilFile("go")}`;
    const workers = [0, 1, 2].map(() => startWorker(stack, job(code)));
    const answers = await Promise.all(workers.map((worker) => worker.started));
    for (const { child } of workers) await killWorker(child);
    expect(answers.filter((answer) => !answer.adopted)).toHaveLength(1);

    const handle = await stack.sandbox.start(job(code));
    await until(() => line(handle.outPath, "starts"), "job at work");
    expect(line(handle.outPath, "starts")).toBe("x");
    await handle.stop(0);
  });

  test("the result of a job that has ended is taken, and the job is not run again", async () => {
    const { sandbox } = fixture(driver);
    const spec = job(`open("starts", "a").write("x\\n"); raise SystemExit(3)`);
    const first = await sandbox.start(spec);
    const exit = await first.wait({});
    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: true, incarnation: 1 });
    expect(await second.wait({})).toEqual(exit);
    expect(line(second.outPath, "starts")).toBe("x");
  });

  test("a failed job of our own is run again over its output where the caller says so", async () => {
    const { sandbox } = fixture(driver);
    const code = `
import os
again = os.path.exists("starts")
open("starts", "a").write("x\\n")
raise SystemExit(0 if again else 1)`;
    const spec = job(code, { rerunFailed: true });
    expect(await (await sandbox.start(spec)).wait({})).toMatchObject({ exitCode: 1 });
    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: false, incarnation: 2 });
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(await sandbox.start(spec)).toMatchObject({ adopted: true, incarnation: 2 });
  });

  test("a job that was killed is started again over its output", async () => {
    const { sandbox, killJob } = fixture(driver);
    const spec = job(`open("starts", "a").write("x\\n")${untilFile("go")}`);
    const first = await sandbox.start(spec);
    await until(() => line(first.outPath, "starts"), "job at work");
    killJob(spec.name);
    expect(await first.wait({})).toMatchObject({
      outcome: "killed",
      signal: "SIGKILL",
      exitCode: null,
    });

    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: false, incarnation: 2 });
    await until(() => line(second.outPath, "starts") === "x\nx", "second start");
    writeFileSync(join(second.outPath, "go"), "");
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });

  test("a job whose keeper was killed is no result, leaves nothing behind and starts again", async () => {
    const { sandbox, living, keeper } = fixture(driver);
    const code = `
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
open("starts", "a").write("x\\n")${untilFile("go")}`;
    const spec = job(code);
    const first = await sandbox.start(spec);
    await until(() => line(first.outPath, "starts"), "job at work");
    expect(living(spec.name).length).toBeGreaterThanOrEqual(2);
    process.kill(keeper(spec.name), "SIGKILL");
    const exit = await first.wait({});
    expect(exit.exitCode).toBeNull();
    expect(["lost", "killed"]).toContain(exit.outcome);
    expect(living(spec.name)).toEqual([]);

    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: false, incarnation: 2 });
    await second.stop(0);
  });

  test("a job of another digest is never adopted: it is ended and its output is emptied", async () => {
    const { sandbox } = fixture(driver);
    const first = await sandbox.start(job(`open("old", "w").write("x\\n")${untilFile("go")}`));
    await until(() => line(first.outPath, "old"), "job at work");
    const code = `import os; raise SystemExit(len(os.listdir(".")))`;
    const second = await sandbox.start(job(code, { digest: "b".repeat(64) }));
    expect(second).toMatchObject({ adopted: false, incarnation: 1 });
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(await first.wait({})).toMatchObject({ outcome: "lost" });
  });

  test("records that a job writes into its output have no effect", async () => {
    const { sandbox } = fixture(driver);
    const forged = JSON.stringify({ incarnation: 1, outcome: "exited", exitCode: 0 });
    const code = `
for name in ("exit.json", "keeper.json", "state.json", "spec.json", "stop.json", "pid"):
    open(name, "w").write(${JSON.stringify(forged)})
raise SystemExit(5)`;
    const handle = await sandbox.start(job(code));
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", exitCode: 5 });
  });

  test("a job that has ended can be removed, a living one can't", async () => {
    const { sandbox } = fixture(driver);
    const spec = job(untilFile("go"));
    const handle = await sandbox.start(spec);
    await expect(sandbox.remove(spec.name)).rejects.toThrow(/has not ended: stop it first/);
    await handle.stop(0);
    await until(
      () =>
        sandbox.remove(spec.name).then(
          () => true,
          () => false,
        ),
      "removed",
    );
    expect(await sandbox.attach(spec.name)).toBeNull();
    expect(await sandbox.list()).toEqual([]);
  });
});
