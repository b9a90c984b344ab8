import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, open, realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkName, checkSpec } from "./check-spec.ts";
import type {
  Container,
  ContainerEngine,
  EngineDescription,
  ImageDescription,
} from "./container-engine.ts";
import {
  containerJob,
  containerState,
  endContainer,
  endOverdue,
  settleContainer,
} from "./container-job.ts";
import { containerPlan, LABELS } from "./container-plan.ts";
import { type ContainerSpec, containerRecords, specRecord } from "./container-records.ts";
import { dockerEngine } from "./docker-engine.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import { hostLockFolder, makeLockFolder } from "./lock-folder.ts";
import { makeReadable } from "./make-readable.ts";
import { removeFolder } from "./remove-folder.ts";
import type { JobExit, JobHandle, JobListing, JobSpec, Sandbox, SandboxImage } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

export interface DockerSandboxOptions {
  /** `DOJO_HOME`: outputs and records are kept below `<home>/jobs`. The engine must see it under the same path. */
  readonly home: string;
  /** Written on every container, for people. */
  readonly stackId: string;
  /** `unix:///path/to/docker.sock`. @default `unix:///var/run/docker.sock` */
  readonly host?: string | undefined;
  /** Each image by digest: `sha256:…` or `name@sha256:…`; null: none yet, and what needs it is refused. */
  readonly images: Readonly<Record<SandboxImage, string | null>>;
  /** Folder of the devices' locks. @default the host's, shared by all stacks and drivers: see `hostLockFolder` */
  readonly lockFolder?: string;
  /** @default one that asks `host` */
  readonly engine?: ContainerEngine;
}

/** The first API that has all that is asked for (private control groups): Docker 20.10. */
const LEAST_API = "1.41";

/** Nobody's number on the host: jobs of a worker that is root run as this one. */
const JOB_USER = 64_321;

/** Before a look at a name that was free a moment ago, or whose container is being removed. */
const NAME_TAKEN_PAUSE_MS = 50;

/** A job of another digest, and one that was asked to stop by somebody who died over it, end within this. */
const TAKE_OVER_GRACE_MS = 2_000;

/**
 * Runs each job in a container of its own: image by digest, no network, a user without rights, nothing writable but its output and
 * memory file systems. The container lives on without worker and, with `live-restore`, without the engine's daemon. Its name is the
 * job's, so the engine decides who starts it.
 */
export function createDockerSandbox(options: DockerSandboxOptions): Sandbox {
  const home = resolve(options.home);
  const homeId = createHash("sha256").update(home).digest("hex");
  const engine = options.engine ?? dockerEngine(options.host);
  const records = containerRecords(home);
  const host = { engine, records };
  const lockFolder = options.lockFolder ?? hostLockFolder();
  let checked: Promise<EngineDescription> | undefined;
  const withPython = new Set<string>();

  /** What the engine can do, asked once it has answered. */
  function engineOnce(): Promise<EngineDescription> {
    checked ??= checkEngine(engine).catch((error: unknown) => {
      checked = undefined;
      throw error;
    });
    return checked;
  }

  async function imageOf(spec: JobSpec): Promise<ImageDescription> {
    const kind = spec.image ?? "trainer";
    const reference = options.images[kind];
    const advice = "make images builds it";
    if (reference === null) {
      throw new SandboxError(`no digest of the image ${kind} is known: ${advice}`);
    }
    const image = await engine.image(reference);
    if (image === null) {
      throw new SandboxError(
        `the image ${kind} (${reference}) is not on the engine at ${engine.address}: ${advice}`,
      );
    }
    return image;
  }

  async function start(spec: JobSpec): Promise<JobHandle> {
    checkSpec(spec);
    const able = await engineOnce();
    for (;;) {
      const found = await engine.inspect(spec.name);
      const last = found === null ? await records.spec(spec.name) : await specOf(spec.name, found);
      const same = last?.digest === spec.digest;
      if (same && last !== null) {
        const taken = await take(spec, last, found);
        if (taken !== null) return taken;
      }
      if (found !== null) await clear(spec.name, found, last);
      if (!same && last !== null) await forget(spec.name, last.digest);
      const incarnation = same && last !== null ? last.incarnation + 1 : 1;
      if (await begin(spec, { incarnation, able })) return handle(spec, incarnation, false);
      // Another worker was faster: its job is adopted, once the engine shows it.
      await delay(NAME_TAKEN_PAUSE_MS);
    }
  }

  const handle = (spec: Pick<JobSpec, "name" | "digest">, incarnation: number, adopted: boolean) =>
    containerJob({ ...host, name: spec.name, digest: spec.digest, incarnation, adopted });

  /** The job of this digest where it lives or has a result of its own; null where it has to be started again. */
  async function take(
    spec: JobSpec,
    last: ContainerSpec,
    found: Container | null,
  ): Promise<JobHandle | null> {
    const known = await records.exit(spec.name, last);
    const stopped = await records.stopped(spec.name, last);
    if (known === null && found !== null && found.phase !== "ended") {
      if (stopped !== null) return null;
      // Adopted from its labels where the host's records were lost.
      if ((await records.spec(spec.name)) === null) await records.writeSpec(spec.name, last);
      if (found.phase === "created") await launch(spec.name, found.id);
      return handle(spec, last.incarnation, true);
    }
    const exit =
      known ?? (found === null ? null : await settleContainer(host, spec.name, last, found));
    return exit !== null && isFinal(exit, spec) ? handle(spec, last.incarnation, true) : null;
  }

  /** What is written on a container, in the form of its record. */
  async function specOf(name: string, container: Container): Promise<ContainerSpec> {
    const { labels } = container;
    if (labels[LABELS.home] !== homeId) {
      throw new SandboxError(
        `container ${name} belongs to ${labels[LABELS.home] === undefined ? "somebody else" : "another stack"}: remove it, or set sandbox.stackId`,
      );
    }
    const device = labels[LABELS.device] ?? "";
    return {
      digest: labels[LABELS.digest] ?? "",
      owner: labels[LABELS.owner] ?? "",
      device: device === "" ? null : device,
      limits: JSON.parse(labels[LABELS.limits] ?? "null"),
      incarnation: Number(labels[LABELS.incarnation]),
      startedAt: labels[LABELS.startedAt] ?? "",
    };
  }

  async function clear(name: string, found: Container, last: ContainerSpec | null): Promise<void> {
    const ended = await endContainer(engine, found.id, TAKE_OVER_GRACE_MS);
    if (ended !== null && last !== null) await settleContainer(host, name, last, ended);
    await engine.remove(found.id);
  }

  async function forget(name: string, digest: string): Promise<void> {
    await records.remove(name);
    await removeFolder(records.out(name, digest));
  }

  /** False where another worker has taken the name meanwhile. */
  async function begin(
    spec: JobSpec,
    { incarnation, able }: { readonly incarnation: number; readonly able: EngineDescription },
  ): Promise<boolean> {
    const image = await imageOf(spec);
    const mounts: Record<string, string> = {};
    for (const [name, path] of Object.entries(spec.mounts)) mounts[name] = await realpath(path);
    const user = jobUser();
    for (const path of Object.values(mounts)) await makeReadable(path, { user, within: home });
    const out = records.out(spec.name, spec.digest);
    await mkdir(join(home, "jobs"), { recursive: true, mode: 0o700 });
    await mkdir(out, { recursive: true });
    if (process.getuid?.() === 0) await chown(out, user.uid, user.gid);
    // The folder above keeps others out; which user a remapped one is on the host nobody says.
    await chmod(out, able.remapsUsers ? 0o777 : 0o700);
    const record = specRecord(spec, incarnation);
    const plan = containerPlan(
      { ...spec, mounts },
      {
        stackId: options.stackId,
        homeId,
        imageId: image.id,
        user: `${user.uid}:${user.gid}`,
        out: await realpath(out),
        lock: spec.device === null ? null : await lockFile(spec.device),
        incarnation,
        startedAt: record.startedAt,
        // More than there are it refuses; a process would only get what there is as well.
        mostCpus: able.cpus,
      },
    );
    await records.writeSpec(spec.name, record);
    if ((await engine.create(spec.name, plan)) === "exists") return false;
    const made = await engine.inspect(spec.name);
    if (made === null) return false;
    if (!withPython.has(image.id)) {
      await checkPython(made.id, image, spec);
      withPython.add(image.id);
    }
    await launch(spec.name, made.id);
    return true;
  }

  /** A guard that can't start would look like a job that dies again and again. */
  async function checkPython(id: string, image: ImageDescription, spec: JobSpec): Promise<void> {
    for (const folder of image.path.split(":")) {
      if (await engine.hasPath(id, join(folder, "python3"))) return;
    }
    await engine.remove(id);
    await forget(spec.name, spec.digest);
    throw new SandboxError(
      `the image ${spec.image ?? "trainer"} (${image.id}) has no python3 in ${image.path}: make images builds one that has`,
      { job: spec.name },
    );
  }

  async function launch(name: string, id: string): Promise<void> {
    try {
      await engine.start(id);
    } catch (error) {
      if (error instanceof EngineUnavailableError) throw error;
      // What the engine refuses now it would refuse the next time: nothing is left behind.
      await engine.remove(id);
      await records.remove(name);
      throw new SandboxError(explain((error as Error).message), { job: name, cause: error });
    }
  }

  async function lockFile(device: string): Promise<string> {
    makeLockFolder(lockFolder);
    const path = join(lockFolder, `device-${device}.lock`);
    if (!existsSync(path)) {
      // Two steps: another user's file in a shared folder may not be opened for creation.
      const file = await open(path, "a", 0o666);
      await file.chmod(0o666).catch(() => {});
      await file.close();
    }
    return realpath(path);
  }

  async function attach(name: string): Promise<JobHandle | null> {
    checkName(name);
    const spec = await records.spec(name);
    return spec === null ? null : handle({ name, digest: spec.digest }, spec.incarnation, true);
  }

  async function list(): Promise<JobListing[]> {
    const containers = await engine.list({ [LABELS.home]: homeId }).catch((error: unknown) => {
      if (error instanceof EngineUnavailableError) return null;
      throw error;
    });
    const byName = new Map(containers?.map((container) => [container.name, container]));
    const names = new Set([...(await records.names()), ...byName.keys()]);
    const listings = await Promise.all(
      [...names]
        .sort()
        .map((name) => listing(name, containers === null ? undefined : (byName.get(name) ?? null))),
    );
    return listings.filter((entry) => entry !== null);
  }

  /** `found`: null where there is no container, undefined where the engine gives no answer. */
  async function listing(
    name: string,
    found: Container | null | undefined,
  ): Promise<JobListing | null> {
    const recorded = await records.spec(name).catch(() => null);
    if (recorded === null && found && found.phase === "ended") {
      // Its records were removed while the engine was away.
      await engine.remove(found.id).catch(() => {});
      return null;
    }
    const spec = found ? await specOf(name, found).catch(() => null) : recorded;
    if (spec === null) return null;
    const { digest, owner, device, startedAt } = spec;
    const tell = (state: JobListing["state"]): JobListing => ({
      ...{ name, digest, owner, device, state, startedAt },
    });
    try {
      if ((await records.exit(name, spec)) !== null) return tell("finished");
      if (found === undefined) return tell("unknown");
      if (found === null) return tell("finished");
      // Somebody may clean up the engine before anyone asks for the result.
      if (found.phase === "ended") await settleContainer(host, name, spec, found);
      await endOverdue(host, name, spec, found);
      return tell(await containerState(engine, found));
    } catch {
      return tell("unknown");
    }
  }

  async function remove(name: string): Promise<void> {
    checkName(name);
    const spec = await records.spec(name);
    const isOver = spec !== null && (await records.exit(name, spec)) !== null;
    let found: Container | null = null;
    try {
      found = await engine.inspect(name);
    } catch (error) {
      // The container of a job that is known to be over is removed by the next list.
      if (!isOver) throw error;
    }
    if (found !== null) {
      await specOf(name, found);
      if (found.phase === "alive") {
        throw new SandboxError(`job ${name} has not ended: stop it first`, { job: name });
      }
      await engine.remove(found.id);
    }
    if (spec !== null) await removeFolder(records.out(name, spec.digest));
    await records.remove(name);
  }

  return {
    protection: "docker",
    imageDigest: (image) => /sha256:[0-9a-f]{64}$/.exec(options.images[image] ?? "")?.[0] ?? null,
    start,
    attach,
    list,
    remove,
  };
}

/** Whether a result is the job's own, and not one that a second try could better. */
function isFinal(exit: JobExit, spec: JobSpec): boolean {
  if (exit.outcome === "exited") return exit.exitCode === 0 || spec.rerunFailed !== true;
  return exit.outcome === "limit" && exit.limit !== "deadline";
}

/** The worker's own user, so that both can use the output folder; for root one that is nobody on the host. */
function jobUser(): { readonly uid: number; readonly gid: number } {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  return uid === 0 ? { uid: JOB_USER, gid: JOB_USER } : { uid, gid };
}

/** Throws where the engine can't do what every job needs. */
async function checkEngine(engine: ContainerEngine): Promise<EngineDescription> {
  const found = await engine.describe();
  const fault = engineFault(found);
  if (fault !== null) throw new SandboxError(`the container engine at ${engine.address} ${fault}`);
  return found;
}

/** Why jobs can't be trusted to an engine, in words that go on from its name; null where they can. */
export function engineFault(
  engine: Pick<EngineDescription, "version" | "apiVersion" | "limitsMemory" | "limitsProcesses">,
): string | null {
  const [major = 0, minor = 0] = engine.apiVersion.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_API.split(".").map(Number);
  if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
    return `is ${engine.version} and speaks API ${engine.apiVersion}: ${LEAST_API} is needed (Docker 20.10 or newer)`;
  }
  if (!engine.limitsMemory) return "can't limit memory: its control group is not mounted";
  if (!engine.limitsProcesses) return "can't limit processes: its control group is not mounted";
  return null;
}

/** What to do about a refusal, where that is known. */
function explain(message: string): string {
  if (/could not select device driver|nvidia-container-cli|unresolvable CDI/i.test(message)) {
    return `${message}; GPUs need NVIDIA's driver and nvidia-container-toolkit on this host`;
  }
  return message;
}
