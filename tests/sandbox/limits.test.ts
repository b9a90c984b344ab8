import { describe, expect, test } from "vitest";
import type { JobLimits } from "../../sandbox/sandbox.ts";
import { until } from "../support/until.ts";
import { DRIVERS, fixture, job, line, missingDrivers } from "./fixture.ts";

const FOREVER = "\nimport time\nwhile True: time.sleep(0.05)\n";

function limited(code: string, limits: Partial<JobLimits>) {
  const usual = job(code);
  return { ...usual, limits: { ...usual.limits, ...limits } };
}

missingDrivers("limits of a job");
describe.each(DRIVERS)("limits of a job, %s", (driver) => {
  test("exit code and the end of stderr are reported", async () => {
    const { sandbox } = fixture(driver);
    const code = `import sys; print("x" * 9000 + "the end", file=sys.stderr); raise SystemExit(3)`;
    const exit = await (await sandbox.start(job(code))).wait({});
    expect(exit).toMatchObject({ outcome: "exited", exitCode: 3, signal: null, limit: null });
    expect(exit.stderrTail).toHaveLength(4000);
    expect(exit.stderrTail.trimEnd()).toMatch(/xthe end$/);
    expect(exit.maxMemoryBytes).toBeGreaterThan(1_000_000);
  });

  test("a job that crashes ended by itself, with the signal's name", async () => {
    const { sandbox } = fixture(driver);
    const handle = await sandbox.start(
      job(`import os, signal; os.kill(os.getpid(), signal.SIGSEGV)`),
    );
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", signal: "SIGSEGV" });
  });

  test("a command that is not there ends with a reason, not with a hang", async () => {
    const { sandbox } = fixture(driver);
    const handle = await sandbox.start({ ...job(""), command: ["no-such-command"] });
    const exit = await handle.wait({});
    expect(["exited", "lost"]).toContain(exit.outcome);
    expect(exit.stderrTail).toMatch(/no-such-command/);
  });

  test("too much memory: killed, with the figures", async () => {
    const { sandbox } = fixture(driver);
    const code = `data = bytearray(80 * 2**20)${FOREVER}`;
    const handle = await sandbox.start(limited(code, { memoryBytes: 64 * 2 ** 20 }));
    const exit = await handle.wait({});
    expect(exit).toMatchObject({ outcome: "limit", limit: "memory" });
    expect(exit.detail).toMatch(/^killed at \d+\.\d MiB of 64\.0 MiB$/);
  });

  test("too much memory for shorter than anyone looked: the same verdict", async () => {
    const { sandbox } = fixture(driver);
    const handle = await sandbox.start(
      limited(`data = bytearray(80 * 2**20)`, { memoryBytes: 64 * 2 ** 20 }),
    );
    expect(await handle.wait({})).toMatchObject({ outcome: "limit", limit: "memory" });
  });

  test("memory counts over all its processes", async () => {
    const { sandbox } = fixture(driver);
    const code = `
import os, time
for _ in range(3):
    if os.fork() == 0: break
data = bytearray(30 * 2**20)${FOREVER}`;
    const handle = await sandbox.start(limited(code, { memoryBytes: 64 * 2 ** 20 }));
    expect(await handle.wait({})).toMatchObject({ outcome: "limit", limit: "memory" });
  });

  test("CPU time counts over all its processes, those that ended too", async () => {
    const { sandbox } = fixture(driver);
    const code = `
import os, time
while True:
    if os.fork() == 0:
        until = time.process_time() + 0.2
        while time.process_time() < until: pass
        os._exit(0)
    os.wait()`;
    const handle = await sandbox.start(limited(code, { cpuSeconds: 1 }));
    const exit = await handle.wait({});
    expect(exit).toMatchObject({ outcome: "limit", limit: "cpu" });
    expect(exit.detail).toMatch(/^used \d+\.\d s of 1 s of CPU time$/);
    expect(exit.cpuSeconds).toBeGreaterThan(1);
  });

  test("too many bytes in many files", async () => {
    const { sandbox } = fixture(driver);
    const code = `
for number in range(30): open(f"part-{number}", "wb").write(bytes(100_000))${FOREVER}`;
    const handle = await sandbox.start(limited(code, { outputBytes: 2 ** 20 }));
    const exit = await handle.wait({});
    expect(exit).toMatchObject({ outcome: "limit", limit: "output" });
    expect(exit.detail).toMatch(/of 1\.0 MiB/);
  });

  test("too many bytes in one file, in one go", async () => {
    const { sandbox } = fixture(driver);
    const code = `open("big", "wb").write(bytes(3_000_000))`;
    const handle = await sandbox.start(limited(code, { outputBytes: 2 ** 20 }));
    expect(await handle.wait({})).toMatchObject({ outcome: "limit", limit: "output" });
  });

  test("too many bytes in its log", async () => {
    const { sandbox } = fixture(driver);
    const code = `
import sys
for _ in range(30): sys.stdout.write("x" * 100_000)
sys.stdout.flush()${FOREVER}`;
    const handle = await sandbox.start(limited(code, { outputBytes: 2 ** 20 }));
    expect(await handle.wait({})).toMatchObject({ outcome: "limit", limit: "output" });
  });

  test("too many processes, also those that moved to a session of their own", async () => {
    const { sandbox } = fixture(driver);
    const code = `
import os, time
for _ in range(12):
    if os.fork() == 0:
        os.setsid()
        break${FOREVER}`;
    const handle = await sandbox.start(limited(code, { processes: 8 }));
    const exit = await handle.wait({});
    expect(exit).toMatchObject({ outcome: "limit", limit: "processes" });
    expect(exit.detail).toBe("killed at 13 of 8 processes");
  });

  test("past its deadline a job is killed although no worker looks", async () => {
    const { sandbox } = fixture(driver);
    const handle = await sandbox.start(limited(FOREVER, { deadlineMs: 500 }));
    await until(async () => (await handle.state()) === "finished", "ended unwatched");
    expect(await handle.wait({})).toMatchObject({ outcome: "limit", limit: "deadline" });
  });

  test("a job in the middle of its limits runs to its end", async () => {
    const { sandbox } = fixture(driver);
    const handle = await sandbox.start(job(`open("done", "w").write("x\\n")`));
    const exit = await handle.wait({});
    expect(exit).toMatchObject({ outcome: "exited", exitCode: 0, limit: null });
    expect(line(handle.outPath, "done")).toBe("x");
  });
});
