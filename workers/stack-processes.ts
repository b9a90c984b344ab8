import type { Config } from "../config/load.ts";
import type { Pool } from "../protocol/names.ts";
import { identify, type ProcessIdentity } from "./process-identity.ts";
import { StackError } from "./stack-error.ts";
import { type StackState, writeStackState } from "./stack-state.ts";
import { type ProcessSpec, SupervisedProcess } from "./supervised-process.ts";

/** The server gets time of its own to write its last pages. */
const SERVER_GRACE_MS = 5_000;

/** Temporal and the pools of one stack; every change is written to the state file. */
export class StackProcesses {
  readonly temporal: SupervisedProcess;
  readonly #config: Config;
  readonly #fixed: Pick<StackState, "home" | "configSha256" | "supervisor"> & {
    readonly uiUrl: string;
    readonly address: string;
  };
  readonly #pools: { readonly pool: Pool; readonly process: SupervisedProcess }[] = [];
  #phase: StackState["phase"] = "starting";

  constructor(options: {
    readonly config: Config;
    readonly configSha256: string;
    readonly uiUrl: string;
    readonly temporal: ProcessSpec;
  }) {
    const { config, configSha256, uiUrl } = options;
    this.#config = config;
    this.#fixed = {
      home: config.home,
      configSha256,
      supervisor: self(),
      uiUrl,
      address: config.temporal.address ?? "",
    };
    this.temporal = new SupervisedProcess(options.temporal, config.supervisor, () =>
      this.#record(),
    );
  }

  add(pool: Pool, spec: ProcessSpec): SupervisedProcess {
    const process = new SupervisedProcess(spec, this.#config.supervisor, () => this.#record());
    this.#pools.push({ pool, process });
    return process;
  }

  /** Resolves when every pool polls. Throws {@link StackError} that names those which don't in time. */
  async allReady(timeoutMs: number, stop: AbortSignal): Promise<void> {
    const waiting = new Set(this.#pools.map(({ process }) => process));
    const all = Promise.all(
      [...waiting].map((process) => process.ready.then(() => waiting.delete(process))),
    );
    const deadline = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
    const tooLate = Promise.withResolvers<never>();
    deadline.addEventListener("abort", () => {
      const [first] = waiting;
      const names = [...waiting].map(({ spec }) => spec.name).join(", ");
      tooLate.reject(
        new StackError("failed", `not started in time: ${names}; see ${first?.spec.logPath}`),
      );
    });
    if (stop.aborted) return;
    await Promise.race([all, tooLate.promise]);
    this.#phase = "running";
    this.#record();
  }

  /** Ends workers, then the server. */
  async stop(): Promise<void> {
    this.#phase = "stopping";
    this.#record();
    await Promise.all(
      this.#pools.map(({ process }) => process.stop(this.#config.supervisor.stopGraceMs)),
    );
    await this.temporal.stop(SERVER_GRACE_MS);
    this.#phase = "stopped";
    this.#record();
  }

  #record(): void {
    const { home, configSha256, supervisor, address, uiUrl } = this.#fixed;
    const { identity, restarts, startedAt } = this.temporal;
    writeStackState({
      ...{ home, configSha256, supervisor, phase: this.#phase },
      temporal: {
        ...{ address, uiUrl, pid: identity?.pid ?? null, startToken: identity?.startToken ?? null },
        ...{ restarts, startedAt },
      },
      processes: this.#pools.flatMap(({ pool, process }) =>
        process.identity === null
          ? []
          : [
              {
                ...{ name: process.spec.name, pool, ...process.identity },
                ...{ restarts: process.restarts, startedAt: process.startedAt },
              },
            ],
      ),
    });
  }
}

function self(): ProcessIdentity {
  const identity = identify(process.pid);
  if (identity === null)
    throw new StackError("failed", "the supervisor can't read its own start time");
  return identity;
}
