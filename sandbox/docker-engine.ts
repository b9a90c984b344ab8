import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import type {
  Container,
  ContainerEngine,
  ContainerOptions,
  EngineDescription,
  ImageDescription,
  WaitOptions,
} from "./container-engine.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Where Docker listens unless it is told otherwise. */
export const DEFAULT_DOCKER_HOST = "unix:///var/run/docker.sock";

/** An answer about a container takes milliseconds; an engine that is silent for so long is asked again later. */
const ANSWER_MS = 10_000;

/** A container's log, so that no job can fill the engine's disk; the guard's own lines take a few kB. */
const LOG_BYTES = "1m";

/** Words of an engine that is up but can't reach its own parts, or is about to go. */
const ENGINE_TROUBLE =
  /containerd|transport is closing|connection error|shutting down|context deadline|i\/o timeout/i;

interface HttpError extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
}

/** The adapter between {@link ContainerEngine} and dockerode. The engine must be on this host: jobs and workers share folders. */
export function dockerEngine(
  address: string = DEFAULT_DOCKER_HOST,
  { answerMs = ANSWER_MS }: { readonly answerMs?: number } = {},
): ContainerEngine {
  if (!address.startsWith("unix://")) {
    throw new SandboxError(
      `${address}: jobs and workers share folders, so the engine must be this host's (unix:///path/to/docker.sock)`,
    );
  }
  const socketPath = address.slice("unix://".length);
  const docker = new Docker({ socketPath, timeout: answerMs });
  const patient = new Docker({ socketPath });

  /** Asks how something stands; `missing` is the answer where the engine knows no such thing. Any other trouble is no answer. */
  async function ask<T>(request: () => Promise<T>, missing?: () => T): Promise<T> {
    try {
      return await request();
    } catch (caught) {
      const error = caught as HttpError;
      if (error.statusCode === 404 && missing !== undefined) return missing();
      throw new EngineUnavailableError(address, new Error(said(error), { cause: error }));
    }
  }

  /** Has something done; a refusal is the engine's answer. */
  async function order<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (caught) {
      const error = caught as HttpError;
      const words = said(error);
      const trouble = ENGINE_TROUBLE.test(words) && !/OCI runtime/.test(words);
      if (error.statusCode === undefined || (error.statusCode >= 500 && trouble)) {
        throw new EngineUnavailableError(address, new Error(words, { cause: error }));
      }
      throw new SandboxError(`the container engine refuses: ${words}`, { cause: error });
    }
  }

  /** The same for what changes nothing where it is done already. */
  async function settle(request: () => Promise<unknown>, done: readonly number[]): Promise<void> {
    await order(async () => {
      try {
        await request();
      } catch (error) {
        if (!done.includes((error as HttpError).statusCode ?? 0)) throw error;
      }
    });
  }

  return {
    address,

    describe: () =>
      ask(async (): Promise<EngineDescription> => {
        const version = await docker.version();
        const info = await docker.info();
        const security: readonly string[] = info.SecurityOptions ?? [];
        const devices: readonly { Source?: string }[] = info.DiscoveredDevices ?? [];
        return {
          version: version.Version,
          apiVersion: version.ApiVersion,
          cpus: info.NCPU,
          memoryBytes: info.MemTotal,
          limitsMemory: info.MemoryLimit === true,
          limitsProcesses: info.PidsLimit !== false,
          liveRestore: info.LiveRestoreEnabled === true,
          remapsUsers: security.some((option) => /name=(userns|rootless)/.test(option)),
          gpus: "nvidia" in (info.Runtimes ?? {}) || devices.length > 0,
        };
      }),

    image: (reference) =>
      ask(
        async (): Promise<ImageDescription | null> => {
          const { Id: id, Config: config } = await docker.getImage(reference).inspect();
          const path = config?.Env?.find((entry) => entry.startsWith("PATH="));
          return {
            id,
            labels: config?.Labels ?? {},
            path: path?.slice("PATH=".length) ?? "/usr/local/bin:/usr/bin:/bin",
          };
        },
        () => null,
      ),

    create: (name, options) =>
      order(async (): Promise<"created" | "exists"> => {
        try {
          await docker.createContainer({ name, ...creation(options) });
          return "created";
        } catch (error) {
          if ((error as HttpError).statusCode === 409) return "exists";
          throw error;
        }
      }),

    start: (name) => settle(() => docker.getContainer(name).start(), [304]),

    inspect: (name) =>
      ask(
        async (): Promise<Container | null> =>
          toContainer(await docker.getContainer(name).inspect()),
        () => null,
      ),

    list: (labels) =>
      ask(async (): Promise<readonly Container[]> => {
        const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
        const found = await docker.listContainers({ all: true, filters: { label } });
        const inspected = await Promise.all(
          found.map(({ Id }) =>
            ask<Container | null>(
              async () => toContainer(await docker.getContainer(Id).inspect()),
              () => null,
            ),
          ),
        );
        return inspected.filter((container) => container !== null);
      }),

    hasPath: (name, path) =>
      ask(
        async () => {
          await docker.getContainer(name).infoArchive({ path });
          return true;
        },
        () => false,
      ),

    untilStopped: async (name, { timeoutMs, signal }: WaitOptions) => {
      const over = new AbortController();
      const abortSignal = AbortSignal.any(signal ? [over.signal, signal] : [over.signal]);
      try {
        await Promise.race([
          patient.getContainer(name).wait({ abortSignal }),
          delay(timeoutMs, undefined, { signal: abortSignal }),
        ]);
      } catch {
        // An engine that hangs up at once must not be asked a thousand times a second.
        if (!abortSignal.aborted) {
          await delay(Math.min(timeoutMs, 100), undefined, { signal: abortSignal }).catch(() => {});
        }
      } finally {
        over.abort();
      }
    },

    log: (name, stream, lines) =>
      ask(
        async () => {
          const log = await docker.getContainer(name).logs({
            follow: false,
            stdout: stream === "stdout",
            stderr: stream === "stderr",
            tail: lines,
          });
          return payload(log as unknown as Buffer);
        },
        () => "",
      ),

    // 404: gone; 409: it does not run.
    signal: (name, signal) => settle(() => docker.getContainer(name).kill({ signal }), [404, 409]),

    // 409 or 500, by version: it is not paused.
    resume: (name) => settle(() => docker.getContainer(name).unpause(), [404, 409, 500]),

    // 409: somebody else is removing it.
    remove: (id) => settle(() => docker.getContainer(id).remove({ v: true }), [404, 409]),
  };
}

function said(error: HttpError): string {
  return (error.json?.message ?? error.message).trim().replaceAll("\n", " ");
}

/** The engine's own form of a container's options; what is the same for every job stands here. */
function creation(options: ContainerOptions): Docker.ContainerCreateOptions {
  // Left out of dockerode's types.
  const own = { CgroupnsMode: "private" };
  return {
    Image: options.image,
    Entrypoint: [],
    Cmd: [...options.command],
    Env: Object.entries(options.env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...options.labels },
    User: options.user,
    WorkingDir: options.folder,
    Hostname: "job",
    NetworkDisabled: true,
    HostConfig: {
      Init: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Privileged: false,
      IpcMode: "private",
      ...own,
      Memory: options.memoryBytes,
      MemorySwap: options.memoryBytes,
      NanoCpus: Math.round(options.cpus * 1e9),
      PidsLimit: options.pids,
      ShmSize: options.temporaryBytes,
      Tmpfs: {
        // exec: compilers of GPU kernels load what they have just made from there.
        "/tmp": `rw,exec,nosuid,nodev,mode=1777,size=${options.temporaryBytes}`,
      },
      Ulimits: [{ Name: "core", Soft: 0, Hard: 0 }],
      Mounts: options.mounts.map(({ source, target, readOnly }) => ({
        Type: "bind" as const,
        Source: source,
        Target: target,
        ReadOnly: readOnly,
        BindOptions: { Propagation: "rprivate" as const },
      })),
      RestartPolicy: { Name: "no" },
      AutoRemove: false,
      LogConfig: { Type: "json-file", Config: { "max-size": LOG_BYTES, "max-file": "2" } },
      ...(options.gpus.length === 0
        ? {}
        : {
            DeviceRequests: [
              {
                Driver: "",
                DeviceIDs: [...options.gpus],
                Capabilities: [["gpu", "compute", "utility"]],
                Options: {},
              },
            ],
          }),
    },
  };
}

function toContainer(found: Docker.ContainerInspectInfo): Container {
  const { State: state } = found;
  const alive = state.Running || state.Paused || state.Restarting;
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ""),
    labels: found.Config.Labels ?? {},
    phase: alive ? "alive" : state.Status === "created" ? "created" : "ended",
    paused: state.Paused,
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    startedAt: state.StartedAt,
    endedAt: state.FinishedAt,
    error: (state as { Error?: string }).Error ?? "",
  };
}

/** A log without the eight bytes that stand before each of its pieces: stream, three zeros, length. */
function payload(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString("utf8");
}
