/**
 * What a driver costs each stage: the time from the request for a job to its result, less the time that the job itself ran, for a job
 * that does nothing. Containers need an engine and `make images`; where one is missing, that driver is left out with its reason.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import { probeBubblewrap } from "../sandbox/bubblewrap.ts";
import { createDockerSandbox } from "../sandbox/docker.ts";
import { createProcessSandbox } from "../sandbox/process.ts";
import type { JobSpec, Sandbox } from "../sandbox/sandbox.ts";

const JOBS = 20;
const config = loadConfig({});
const home = mkdtempSync(join(tmpdir(), "dojo-bench-"));

const job = (number: number): JobSpec => ({
  name: `bench-${process.pid}-${number}`,
  digest: "0".repeat(64),
  command: ["{{python}}", "-I", "-S", "-c", "pass"],
  mounts: {},
  env: {},
  writtenBy: "ours",
  allowUnprotected: true,
  limits: {
    ...{ memoryBytes: 1e9, cpuSeconds: 60, processes: 16, outputBytes: 1e6, deadlineMs: 60_000 },
  },
  device: null,
  threads: 1,
  owner: "bench",
});

/** Median milliseconds until a job is started, from there to its result beyond its own time, and to remove it. */
async function measure(sandbox: Sandbox): Promise<readonly [number, number, number]> {
  const times: [number, number, number][] = [];
  for (let number = 0; number < JOBS; number++) {
    const begun = performance.now();
    const handle = await sandbox.start(job(number));
    const started = performance.now();
    const { wallSeconds } = await handle.wait({});
    const ended = performance.now();
    await sandbox.remove(handle.name);
    const removed = performance.now();
    times.push([started - begun, ended - started - 1000 * wallSeconds, removed - ended]);
  }
  const median = (at: 0 | 1 | 2): number =>
    times.map((each) => each[at]).sort((a, b) => a - b)[JOBS >> 1] ?? 0;
  return [median(0), median(1), median(2)];
}

const { host, trainer, evaluator } = config.sandbox.docker;
const processes = { home, python: config.python };
const drivers: readonly (readonly [string, () => Sandbox])[] = [
  ["process", () => createProcessSandbox({ ...processes, bubblewrap: "off" })],
  [
    "bubblewrap",
    () => {
      const probe = probeBubblewrap();
      if (!probe.works) throw new Error(probe.reason);
      return createProcessSandbox(processes);
    },
  ],
  [
    "docker",
    () =>
      createDockerSandbox({
        ...{ home, stackId: "bench", host: host ?? undefined },
        images: { trainer, evaluator },
      }),
  ],
];
console.log(`${JOBS} jobs that do nothing, one after the other; medians in ms`);
console.log("driver      start  after its end  remove   overhead of a stage");
for (const [name, open] of drivers) {
  try {
    const [start, after, remove] = await measure(open());
    const cells = [start, after, remove].map((ms) => ms.toFixed(0));
    console.log(
      `${name.padEnd(10)}  ${cells[0]?.padStart(5)}  ${cells[1]?.padStart(13)}  ${cells[2]?.padStart(6)}  ${(start + after).toFixed(0).padStart(20)}`,
    );
  } catch (error) {
    console.log(`${name.padEnd(10)}  not here: ${(error as Error).message}`);
  }
}
rmSync(home, { recursive: true, force: true });
