import { readdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
});
