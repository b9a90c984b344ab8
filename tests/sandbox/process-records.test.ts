import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { DRIVERS, fixture, job, record, untilFile } from "./fixture.ts";

describe.each(DRIVERS.filter((driver) => driver !== "docker"))("keeper of a job, %s", (driver) => {
  test("a job is lost after a reboot, even where its keeper's pid is in use again", async () => {
    const { home, sandbox } = fixture(driver);
    const spec = job(untilFile("go"));
    const first = await sandbox.start(spec);
    await first.stop(0);
    const folder = join(home, "jobs", "records", spec.name);
    await until(async () => (await sandbox.list())[0]?.state === "finished", "keeper gone");
    // As a power cut leaves it: no exit record, and the pids belong to others now.
    const alien = { pid: process.pid, startTime: 1, bootId: "another-boot", incarnation: 1 };
    writeFileSync(join(folder, "keeper.json"), JSON.stringify(alien));
    rmSync(join(folder, "exit.json"));
    const attached = await sandbox.attach(spec.name);
    expect(await attached?.wait({})).toMatchObject({ outcome: "lost" });
  });

  test("a worker that is killed before the keeper started does not block the name", async () => {
    const { home, sandbox } = fixture(driver);
    const spec = job("pass");
    const first = await sandbox.start(spec);
    await first.wait({});
    const folder = join(home, "jobs", "records", spec.name);
    const written = { ...record(home, spec.name, "spec.json"), incarnation: 2 };
    await until(async () => (await sandbox.start(spec)).adopted, "lock free");
    writeFileSync(join(folder, "spec.json"), JSON.stringify(written));
    const next = await sandbox.start(spec);
    expect(next).toMatchObject({ adopted: false, incarnation: 3 });
    expect(await next.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });
});
