import { readdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CancelledFailure } from "@temporalio/common";
import { describe, expect, test } from "vitest";
import { trainingWorld } from "../activities/scripted-trainer.ts";
import { attempt } from "../activities/world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { openSandbox } from "./drivers.ts";
import { DRIVERS, missingDrivers, testEngine } from "./fixture.ts";

missingDrivers("trainings in containers");

describe.runIf(DRIVERS.includes("docker"))("trainings in containers", () => {
  test("wait for an engine that is away, say so, and are neither failed nor run twice", async () => {
    const { image, socketPath } = testEngine();
    const socket = join(temporaryFolder(), "engine.sock");
    const engine = { host: `unix://${socket}`, image };
    const { train, home } = await trainingWorld({
      open: (place) => openSandbox({ ...place, driver: "docker", engine }),
    });
    const running = attempt(() => train("step(start)\nwait_for('go')\nfinish()"));
    const heard = (state: string, after = 0) =>
      until(
        () => running.heartbeats.slice(after).find((each) => each.state === state) ?? null,
        state,
      );
    expect(await heard("unknown")).toMatchObject({
      message: expect.stringMatching(/engine\.sock does not answer: .*asking again/),
    });

    symlinkSync(socketPath, socket);
    await until(() => running.heartbeats.find(({ done }) => done === 1) ?? null, "its first step");
    unlinkSync(socket);
    const seen = await heard("unknown", running.heartbeats.length);
    expect(seen.message).toMatch(/no answer about the job, which is left alone.*step 1\/10/);
    symlinkSync(socketPath, socket);
    await heard("running", running.heartbeats.length);

    const [out] = readdirSync(join(home, "jobs", "out"));
    writeFileSync(join(home, "jobs", "out", out ?? "", "go"), "");
    expect(await running.result).toMatchObject({
      ok: true,
      protection: "docker",
      value: { image, report: { resumes: 0 } },
    });
    await until(() => readdirSync(join(home, "jobs", "out")).length === 0, "nothing left behind");
  });

  test("are stopped and removed when their run is cancelled, and left alone by a worker that ends", async () => {
    const engine = testEngine();
    const { train, sandbox, workflow } = await trainingWorld({
      open: (place) => openSandbox({ ...place, driver: "docker", engine }),
    });
    const course = "step(start)\nwait_for('go')\nfinish()";
    const working = (which: ReturnType<typeof attempt>) =>
      until(() => which.heartbeats.find(({ done }) => done === 1) ?? null, "its first step");
    const first = attempt(() => train(course));
    await working(first);
    first.cancel({ workerShutdown: true });
    await expect(first.result).rejects.toThrow(CancelledFailure);
    expect(await sandbox.list()).toMatchObject([{ state: "running" }]);

    const second = attempt(() => train(course));
    await working(second);
    workflow.state = "closed";
    second.cancel({ cancelRequested: true });
    await expect(second.result).rejects.toThrow(CancelledFailure);
    expect(await sandbox.list()).toEqual([]);
  });
});
