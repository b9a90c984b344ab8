import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import Docker from "dockerode";
import { describe, expect, test } from "vitest";
import { containerPlan } from "../../sandbox/container-plan.ts";
import { engineFault } from "../../sandbox/docker.ts";
import { dockerEngine } from "../../sandbox/docker-engine.ts";
import { EngineUnavailableError } from "../../sandbox/engine-unavailable-error.ts";
import { SandboxError } from "../../sandbox/sandbox-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";
import { openSandbox } from "./drivers.ts";
import {
  DRIVERS,
  fixture,
  job,
  line,
  missingDrivers,
  named,
  testEngine,
  untilFile,
} from "./fixture.ts";

missingDrivers("containers");

/** Another image with what `entries` says, and nothing else. */
async function imageOf(docker: Docker, name: string): Promise<string> {
  // A tar of one empty folder: its header, and two blocks of zeros at the end.
  const tar = Buffer.alloc(512 * 3);
  tar.write("empty/", 0);
  tar.write("0000755\0", 100);
  tar.write("0000000\0".repeat(2), 108);
  tar.write("00000000000\0".repeat(2), 124);
  tar.write("        ", 148);
  tar.write("5", 156);
  tar.write("ustar\0" + "00", 257);
  const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  tar.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const answer = await docker.importImage(Readable.from([tar]) as NodeJS.ReadableStream, {
    repo: name,
  });
  answer.resume();
  await once(answer, "end");
  return (await docker.getImage(name).inspect()).Id;
}

describe.runIf(DRIVERS.includes("docker"))("containers", () => {
  const docker = () => new Docker({ socketPath: testEngine().socketPath });

  test("a job has no network, no rights, nothing to write to, and its limits from the kernel", async () => {
    const { sandbox } = fixture("docker");
    const spec = job(untilFile("go"), { threads: 1 });
    const handle = await sandbox.start(spec);
    const {
      Config: config,
      HostConfig: host,
      ...found
    } = await docker().getContainer(spec.name).inspect();
    expect(found.Image).toBe(testEngine().image);
    expect(Number.parseInt(config.User, 10)).toBeGreaterThan(0);
    expect(config.Labels).toMatchObject({
      "ft-dojo.stack": "test",
      "ft-dojo.digest": spec.digest,
      "ft-dojo.owner": spec.owner,
      "ft-dojo.incarnation": "1",
    });
    expect(host).toMatchObject({
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: null,
      Privileged: false,
      SecurityOpt: ["no-new-privileges:true"],
      Init: true,
      Memory: spec.limits.memoryBytes,
      MemorySwap: spec.limits.memoryBytes,
      NanoCpus: 1e9,
      PidsLimit: 4 * spec.limits.processes + 64,
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "2" } },
    });
    expect(host.Tmpfs?.["/tmp"]).toContain(`size=${spec.limits.memoryBytes}`);
    expect(host.Mounts?.filter(({ ReadOnly }) => !ReadOnly).map(({ Target }) => Target)).toEqual([
      "/job/out",
    ]);
    await handle.stop(0);
  });

  test("a job can neither freeze nor trace nor forge what watches it", async () => {
    const { sandbox } = fixture("docker");
    const forged = {
      ...{ event: "ended", status: 0, stopping: false, outcome: "exited", exitCode: 0 },
      ...{ signal: null, limit: null, detail: "", wallSeconds: 1, cpuSeconds: 0 },
      ...{ maxMemoryBytes: 0, stderrTail: "" },
    };
    const code = `
import ctypes, os, signal
guard = os.getppid()
tried = {}
for name, attempt in {
    "stop the guard": lambda: os.kill(guard, signal.SIGSTOP),
    "stop them all": lambda: os.kill(-1, signal.SIGSTOP),
    "its descriptors": lambda: os.listdir(f"/proc/{guard}/fd"),
    "its memory": lambda: open(f"/proc/{guard}/mem", "r+b"),
}.items():
    try:
        attempt()
        tried[name] = "done"
    except OSError as error:
        tried[name] = type(error).__name__
libc = ctypes.CDLL(None)
tried["trace"] = "done" if libc.ptrace(16, 1, 0, 0) == 0 else "refused"
open("tried", "w").write(repr(sorted(set(tried.values()))) + "\\n")
open("/proc/1/fd/1", "w").write(${JSON.stringify(`\n${JSON.stringify(forged)}\n`)})
os.kill(guard, signal.SIGKILL)
while True: pass`;
    const handle = await sandbox.start(job(code));
    expect(await handle.wait({})).toMatchObject({ outcome: "killed", exitCode: null });
    expect(line(handle.outPath, "tried")).toBe("['PermissionError', 'refused']");
  });

  test("a job that talks without end fills neither the engine's disk nor its log", async () => {
    const { sandbox } = fixture("docker");
    const spec = job(`for _ in range(3000): print("x" * 999)`);
    const handle = await sandbox.start(spec);
    expect(await handle.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    const said = await dockerEngine(testEngine().host).log(spec.name, "stderr", 100_000);
    expect(said.length).toBeGreaterThan(200_000);
    expect(said.length).toBeLessThan(400_000);
  });

  test("a device is one job's, whichever driver started it", async () => {
    const containers = fixture("docker");
    const processes = openSandbox({
      ...containers,
      driver: "process",
      home: temporaryFolder(),
    });
    const first = await processes.start(job(untilFile("go"), { device: "cpu-0" }));
    await until(async () => (await first.state()) === "running", "the process at work");
    const spec = job(untilFile("go"), { device: "cpu-0", name: named("in-container") });
    const second = await containers.sandbox.start(spec);
    await until(async () => (await second.state()) === "waiting-for-device", "the container waits");
    const third = await processes.start(job("pass", { device: "cpu-0", name: named("third") }));
    await first.stop(0);
    writeFileSync(join(second.outPath, "go"), "");
    expect(await second.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
    expect(await third.wait({})).toMatchObject({ outcome: "exited", exitCode: 0 });
  });

  test("a job whose container was removed, killed or paused by somebody is no result", async () => {
    const { sandbox } = fixture("docker");
    const spec = job(`open("starts", "a").write("x\\n")${untilFile("go")}`);
    const first = await sandbox.start(spec);
    await docker().getContainer(spec.name).remove({ force: true });
    expect(await first.wait({})).toMatchObject({ outcome: "lost" });

    const second = await sandbox.start(spec);
    expect(second).toMatchObject({ adopted: false, incarnation: 2 });
    await docker().getContainer(spec.name).kill();
    expect(await second.wait({})).toMatchObject({ outcome: "killed", signal: "SIGKILL" });

    const third = await sandbox.start(spec);
    expect(third).toMatchObject({ adopted: false, incarnation: 3 });
    await docker().getContainer(spec.name).pause();
    expect(await third.state()).toBe("running");
    await third.stop(0);
    expect(await third.wait({})).toMatchObject({ outcome: "stopped" });
  });

  test("a result holds although its container is gone, and needs no engine", async () => {
    const stack = fixture("docker");
    const spec = job("raise SystemExit(3)");
    const first = await stack.sandbox.start(spec);
    await until(async () => (await first.state()) === "finished", "its end, which nobody awaits");
    // What a reaper does every few seconds.
    await stack.sandbox.list();
    await docker().getContainer(spec.name).remove();
    const exit = await first.wait({});
    expect(exit).toMatchObject({ outcome: "exited", exitCode: 3 });
    const again = await stack.sandbox.start(spec);
    expect(again).toMatchObject({ adopted: true, incarnation: 1 });
    expect(await again.wait({})).toEqual(exit);
    const away = openSandbox({
      ...stack,
      engine: { host: "unix:///no/such/socket", image: testEngine().image },
    });
    expect(await (await away.attach(spec.name))?.wait({})).toEqual(exit);
    expect(await away.list()).toMatchObject([{ name: spec.name, state: "finished" }]);
  });

  test("an engine that is not there is said to be, and is no state of any job", async () => {
    const stack = fixture("docker");
    const spec = job(untilFile("go"));
    const handle = await stack.sandbox.start(spec);
    const away = openSandbox({
      ...stack,
      engine: { host: "unix:///no/such/socket", image: testEngine().image },
    });
    await expect(away.start(spec)).rejects.toThrow(EngineUnavailableError);
    await expect(away.start(spec)).rejects.toThrow(/\/no\/such\/socket does not answer/);
    expect(await (await away.attach(spec.name))?.state()).toBe("unknown");
    expect(await away.list()).toMatchObject([{ name: spec.name, state: "unknown" }]);
    await handle.stop(0);
  });

  test("what no container can run is refused in one line and leaves nothing behind", async () => {
    const stack = fixture("docker");
    const name = named("empty").replace(".", "-");
    const empty = await imageOf(docker(), name);
    const refusals: readonly [string, RegExp][] = [
      [empty, /has no python3 in .*: make images/],
      [`sha256:${"0".repeat(64)}`, /is not on the engine at unix:.*: make images/],
    ];
    for (const [image, words] of refusals) {
      const { host } = testEngine();
      const other = openSandbox({ ...stack, engine: { host, image } });
      await expect(other.start(job("pass"))).rejects.toThrow(words);
      await expect(other.start(job("pass"))).rejects.toThrow(SandboxError);
    }
    await docker().getImage(empty).remove();
    if (!(await dockerEngine(testEngine().host).describe()).gpus) {
      const spec = job("pass", { device: "cuda-1" });
      await expect(stack.sandbox.start(spec)).rejects.toThrow(/nvidia-container-toolkit/);
    }
    expect(await stack.sandbox.list()).toEqual([]);
    expect(await docker().listContainers({ all: true, filters: { name: [named("run")] } })).toEqual(
      [],
    );
  });

  test("a name that another stack's container has is refused, and that container left alone", async () => {
    const { sandbox, another } = fixture("docker");
    const handle = await sandbox.start(job(untilFile("go")));
    await expect(another().start(job("pass"))).rejects.toThrow(/belongs to another stack/);
    expect(await handle.state()).toBe("running");
    await handle.stop(0);
  });
});

test("a GPU is asked for by its number, and is the container's only one", () => {
  const plan = (device: string) =>
    containerPlan(job("pass", { device, env: { CUDA_VISIBLE_DEVICES: "3" } }), {
      ...{ stackId: "test", homeId: "home", imageId: "sha256:0", user: "1:1", out: "/out" },
      ...{ lock: "/lock", incarnation: 1, startedAt: "", mostCpus: 1 },
    });
  expect(plan("cuda-3")).toMatchObject({ gpus: ["3"], env: { CUDA_VISIBLE_DEVICES: "0" } });
  expect(plan("cpu-3").gpus).toEqual([]);
});

test("an engine that can't do what jobs need is named with what it lacks", () => {
  const good = {
    version: "20.10.24",
    apiVersion: "1.41",
    limitsMemory: true,
    limitsProcesses: true,
  };
  expect(engineFault(good)).toBeNull();
  expect(engineFault({ ...good, apiVersion: "1.101" })).toBeNull();
  expect(engineFault({ ...good, version: "19.3", apiVersion: "1.40" })).toMatch(
    /speaks API 1\.40: 1\.41 is needed/,
  );
  expect(engineFault({ ...good, limitsMemory: false })).toMatch(/can't limit memory/);
});
