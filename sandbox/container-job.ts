import { uptime } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { collectOutput } from "./collect-output.ts";
import type { Container, ContainerEngine } from "./container-engine.ts";
import { containerExit, type GuardLine, guardLines } from "./container-exit.ts";
import { LABELS } from "./container-plan.ts";
import type { ContainerRecords, ContainerSpec } from "./container-records.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import type { JobExit, JobHandle, JobState } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Lines of a log that are read for the guard's: it says three things, each with an empty line before it. */
const GUARD_LOG_LINES = 50;

/** A job that still runs so long after its deadline has got hold of its guard, and is ended from here. */
const DEADLINE_SLACK_SECONDS = 15;

/** How often a job that runs is looked at although the engine would tell of its end. */
const DEFAULT_POLL_MS = 5_000;

/** Pauses before an engine that gave no answer is asked again. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** For the kernel and the engine to end what was killed. */
const KILL_PATIENCE_MS = 20_000;

/** What all jobs of one stack have in common. */
export interface ContainerHost {
  readonly engine: ContainerEngine;
  readonly records: ContainerRecords;
}

/** One job of the Docker driver, as {@link containerJob} needs it. */
export interface ContainerJobOptions extends ContainerHost {
  readonly name: string;
  readonly digest: string;
  readonly incarnation: number;
  readonly adopted: boolean;
}

/** The guard's lines in a container's log. */
export async function guardOf(
  engine: ContainerEngine,
  name: string,
): Promise<readonly GuardLine[]> {
  return guardLines(await engine.log(name, "stdout", GUARD_LOG_LINES));
}

/** State of a container that is not known to have ended; a job without a device never waits. */
export async function containerState(
  engine: ContainerEngine,
  container: Container,
): Promise<JobState> {
  if (container.phase === "ended") return "finished";
  if (container.labels[LABELS.device] === "") return "running";
  const lines = await guardOf(engine, container.id);
  return lines.some(({ event }) => event === "running") ? "running" : "waiting-for-device";
}

/** The exit of a container that has ended, written down so that it holds whatever becomes of the container. */
export async function settleContainer(
  { engine, records }: ContainerHost,
  name: string,
  spec: ContainerSpec,
  container: Container,
): Promise<JobExit> {
  const known = await records.exit(name, spec);
  if (known !== null) return known;
  const lines = await guardOf(engine, container.id);
  const exit = containerExit({
    container,
    lines,
    stderr: lines.at(-1)?.event === "ended" ? "" : await engine.log(container.id, "stderr", 100),
    stopped: await records.stopped(name, spec),
    limits: spec.limits,
  });
  // Without its container there was no log to read: whoever removed it has written down what stood there.
  if ((await engine.inspect(container.id)) === null) {
    return (await records.exit(name, spec)) ?? exit;
  }
  await records.writeExit(name, spec, exit);
  return exit;
}

/** Ends a job that runs on long after its deadline; its guard should have done so. */
export async function endOverdue(
  { engine, records }: ContainerHost,
  name: string,
  spec: ContainerSpec,
  container: Container,
): Promise<void> {
  if (container.phase !== "alive") return;
  const lines = await guardOf(engine, container.id);
  const running = lines.find((line) => line.event === "running");
  if (running === undefined) return;
  // The machine's uptime, because a wall clock may jump.
  const overdue = uptime() - running.uptime - spec.limits.deadlineMs / 1000;
  if (overdue < DEADLINE_SLACK_SECONDS) return;
  await records.writeStop(name, spec, "deadline");
  await engine.resume(container.id);
  await engine.signal(container.id, "SIGKILL");
}

/**
 * Ends a container with everything in it: SIGTERM, then SIGKILL after the grace. Throws {@link SandboxError} when it does not end,
 * `EngineUnavailableError` when nobody can tell.
 */
export async function endContainer(
  engine: ContainerEngine,
  id: string,
  graceMs: number,
): Promise<Container | null> {
  const begun = performance.now();
  let sent: "SIGTERM" | "SIGKILL" | null = null;
  for (;;) {
    const container = await engine.inspect(id);
    if (container === null || container.phase === "ended") return container;
    if (container.phase === "created") {
      await engine.remove(container.id);
      return null;
    }
    const left = graceMs - (performance.now() - begun);
    const wanted = left > 0 ? "SIGTERM" : "SIGKILL";
    if (sent !== wanted) {
      await engine.signal(id, wanted);
      sent = wanted;
    }
    // A paused container gets its signal when it goes on.
    if (container.paused) await engine.resume(id);
    if (left < -KILL_PATIENCE_MS) {
      throw new SandboxError(`container ${container.name} does not end: look at the engine's log`);
    }
    await engine.untilStopped(id, { timeoutMs: left > 0 ? left : KILL_PATIENCE_MS / 10 });
  }
}

/** The handle of a job. It follows the job through restarts, and takes it for lost when another digest has taken its name. */
export function containerJob(options: ContainerJobOptions): JobHandle {
  const { engine, records, name, digest } = options;
  const outPath = records.out(name, digest);

  async function ownSpec(): Promise<ContainerSpec | null> {
    const spec = await records.spec(name);
    return spec !== null && spec.digest === digest ? spec : null;
  }

  async function ownContainer(spec: ContainerSpec): Promise<Container | null> {
    const container = await engine.inspect(name);
    return container?.labels[LABELS.digest] === spec.digest ? container : null;
  }

  async function state(): Promise<JobState> {
    try {
      const spec = await ownSpec();
      if (spec === null || (await records.exit(name, spec)) !== null) return "finished";
      const container = await ownContainer(spec);
      return container === null ? "finished" : await containerState(engine, container);
    } catch {
      return "unknown";
    }
  }

  /** The exit; null while it runs. Nothing is concluded from an engine that gives no answer. */
  async function exit(): Promise<JobExit | null> {
    const spec = await ownSpec();
    if (spec === null) return lost("its records were replaced or removed");
    const known = await records.exit(name, spec);
    if (known !== null) return known;
    const container = await ownContainer(spec);
    if (container === null) return lost("its container was removed by somebody");
    if (container.phase === "ended") return settleContainer(options, name, spec, container);
    // A worker died between the two steps of a start.
    if (container.phase === "created") await engine.start(name);
    await endOverdue(options, name, spec, container);
    return null;
  }

  async function wait(how: { readonly signal?: AbortSignal; readonly pollMs?: number }) {
    let pauseMs = FIRST_PAUSE_MS;
    for (;;) {
      how.signal?.throwIfAborted();
      try {
        const ended = await exit();
        if (ended !== null) return ended;
        pauseMs = FIRST_PAUSE_MS;
        const timeoutMs = how.pollMs ?? DEFAULT_POLL_MS;
        await engine.untilStopped(name, { timeoutMs, signal: how.signal });
      } catch (error) {
        if (!(error instanceof EngineUnavailableError)) throw error;
        await delay(pauseMs, undefined, { signal: how.signal }).catch(() => {});
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
  }

  async function stop(graceMs: number): Promise<void> {
    const spec = await ownSpec();
    if (spec === null || (await records.exit(name, spec)) !== null) return;
    const container = await ownContainer(spec);
    if (container === null) return;
    if (container.phase !== "ended") await records.writeStop(name, spec, "request");
    // By its id: whoever takes the name later is not ours to stop.
    const ended = await endContainer(engine, container.id, graceMs);
    if (ended === null) await records.writeExit(name, spec, stoppedBeforeStart());
    else await settleContainer(options, name, spec, ended);
  }

  return {
    name,
    outPath,
    adopted: options.adopted,
    incarnation: options.incarnation,
    state,
    wait,
    stop,
    collect: (path, to, maxBytes) => collectOutput(outPath, path, to, maxBytes),
  };
}

function unmeasured(outcome: "lost" | "stopped", detail: string): JobExit {
  return {
    ...{ outcome, detail, exitCode: null, signal: null, limit: null },
    ...{ wallSeconds: 0, cpuSeconds: 0, maxMemoryBytes: 0, stderrTail: "" },
    protection: "docker",
  };
}

const lost = (detail: string): JobExit => unmeasured("lost", detail);
const stoppedBeforeStart = (): JobExit => unmeasured("stopped", "stopped before it was started");
