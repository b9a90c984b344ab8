/** What the Docker driver needs of a container engine; docker-engine.ts asks a real one. */
export interface ContainerEngine {
  /** `unix:///var/run/docker.sock`, for messages. */
  readonly address: string;
  describe(): Promise<EngineDescription>;
  /** Null when the engine has no such image. `reference`: an id or a name by digest. */
  image(reference: string): Promise<ImageDescription | null>;
  /** `exists`: a container has that name already. Throws `SandboxError` where the engine refuses. */
  create(name: string, options: ContainerOptions): Promise<"created" | "exists">;
  /** Starts a container that does not run yet; does nothing where it runs or has run. Throws `SandboxError` where the engine refuses. */
  start(name: string): Promise<void>;
  /** Null when there is none. */
  inspect(name: string): Promise<Container | null>;
  /** Containers with these labels, whatever their state. */
  list(labels: Readonly<Record<string, string>>): Promise<readonly Container[]>;
  /** Whether the container has this path in it, without starting it. */
  hasPath(name: string, path: string): Promise<boolean>;
  /** Until the container has stopped, at most `timeoutMs`; an abort ends it early. Never rejects because of time or abort. */
  untilStopped(name: string, options: WaitOptions): Promise<void>;
  /** The last lines of a stream of its log. */
  log(name: string, stream: "stdout" | "stderr", lines: number): Promise<string>;
  /** Nothing where it does not run. */
  signal(name: string, signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Lets a paused container go on; nothing where it is not paused. */
  resume(name: string): Promise<void>;
  /** Removes a container that does not run; nothing where there is none. */
  remove(id: string): Promise<void>;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** An engine and what it can enforce. */
export interface EngineDescription {
  /** `20.10.24`. */
  readonly version: string;
  /** `1.41`. */
  readonly apiVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly limitsMemory: boolean;
  readonly limitsProcesses: boolean;
  /** Whether containers live on while the engine restarts. */
  readonly liveRestore: boolean;
  /** Whether users in a container are others on the host (user namespaces, rootless). */
  readonly remapsUsers: boolean;
  /** Whether a runtime for NVIDIA's GPUs is there. */
  readonly gpus: boolean;
}

export interface ImageDescription {
  /** `sha256:…`, over content and configuration. */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The `PATH` that its containers get. */
  readonly path: string;
}

/** What the driver asks of a container; the rest is the same for all of them. */
export interface ContainerOptions {
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `uid:gid`, never root. */
  readonly user: string;
  readonly folder: string;
  readonly mounts: readonly ContainerMount[];
  /** Memory and swap together: none is swapped. */
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Processes and threads together. */
  readonly pids: number;
  /** Most bytes in `/tmp` and in `/dev/shm`; they count as memory. */
  readonly temporaryBytes: number;
  /** Ids of the GPUs that it gets, as NVIDIA's driver counts them. */
  readonly gpus: readonly string[];
}

export interface ContainerMount {
  /** Path on the engine's host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A container as it stands. */
export interface Container {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `created`: never started; `alive`: running, or paused; `ended`. */
  readonly phase: "created" | "alive" | "ended";
  readonly paused: boolean;
  readonly exitCode: number;
  /** Whether the kernel killed something in it for want of memory. */
  readonly outOfMemory: boolean;
  /** ISO times; `0001-…` where it never was so. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** What the engine says about its end, mostly nothing. */
  readonly error: string;
}
