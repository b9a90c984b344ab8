import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDockerSandbox } from "../../sandbox/docker.ts";
import { dockerEngine } from "../../sandbox/docker-engine.ts";
import { EngineUnavailableError } from "../../sandbox/engine-unavailable-error.ts";
import { missingDaemon, type PrivateDaemon, startDaemon } from "../support/docker-daemon.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { openSandbox } from "./drivers.ts";
import { job, line, named, untilFile } from "./fixture.ts";

const missing = missingDaemon();
if (missing?.installable) missingTool("an engine that dies", missing.missing);
else if (missing !== null) test.skip(`an engine that dies (not run: ${missing.missing})`, () => {});

describe.runIf(missing === null)("an engine that dies", () => {
  let daemon: PrivateDaemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const open = () =>
    openSandbox({
      ...{ driver: "docker", home: temporaryFolder(), lockFolder: temporaryFolder() },
      engine: daemon,
    });

  test("its jobs go on, nobody takes them for failed, and they are adopted when it is back", async () => {
    const sandbox = open();
    const spec = job(`open("starts", "a").write("x\\n")${untilFile("go")}raise SystemExit(4)`);
    const handle = await sandbox.start(spec);
    await until(() => line(handle.outPath, "starts"), "job at work");
    const waiting = handle.wait({});
    await daemon.kill();
    expect(await handle.state()).toBe("unknown");
    expect(await sandbox.list()).toMatchObject([{ name: spec.name, state: "unknown" }]);
    await daemon.restart();

    expect(await sandbox.start(spec)).toMatchObject({ adopted: true, incarnation: 1 });
    expect(await handle.state()).toBe("running");
    writeFileSync(join(handle.outPath, "go"), "");
    expect(await waiting).toMatchObject({ outcome: "exited", exitCode: 4 });
    expect(line(handle.outPath, "starts")).toBe("x");
  });

  test("one that hangs gives no answer, and none is made up", async () => {
    const home = temporaryFolder();
    const sandbox = createDockerSandbox({
      ...{ home, lockFolder: temporaryFolder(), stackId: "test" },
      images: { trainer: daemon.image, evaluator: null },
      engine: dockerEngine(daemon.host, { answerMs: 300 }),
    });
    const spec = job(untilFile("go"), { name: named("hangs") });
    const handle = await sandbox.start(spec);
    daemon.process.kill("SIGSTOP");
    expect(await handle.state()).toBe("unknown");
    await expect(sandbox.start(spec)).rejects.toThrow(EngineUnavailableError);
    const waiting = handle.wait({});
    writeFileSync(join(handle.outPath, "go"), "");
    daemon.process.kill("SIGCONT");
    expect(await waiting).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(await sandbox.start(spec)).toMatchObject({ adopted: true, incarnation: 1 });
  });

  test("a job that ends meanwhile is a success or starts again, never a failure", async () => {
    const sandbox = open();
    const specs = [0, 5].map((code) =>
      job(
        `open("ready", "w").write("x\\n")${untilFile("go")}
open("done", "w").write("x\\n")
raise SystemExit(${code})`,
        { name: named(`code-${code}`) },
      ),
    );
    const handles = [];
    for (const spec of specs) handles.push(await sandbox.start(spec));
    for (const { outPath } of handles) await until(() => line(outPath, "ready"), "job at work");
    await daemon.kill();
    for (const { outPath } of handles) writeFileSync(join(outPath, "go"), "");
    for (const { outPath } of handles) await until(() => line(outPath, "done"), "job done");
    await daemon.restart();

    const [good, bad] = handles;
    expect(await good?.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    const exit = await bad?.wait({});
    // Its guard's word is lost with the engine's log, or was told in time.
    expect([exit?.outcome, exit?.exitCode]).toEqual(
      exit?.outcome === "lost" ? ["lost", null] : ["exited", 5],
    );
  });
});
