import { createDockerSandbox } from "../../sandbox/docker.ts";
import { createProcessSandbox } from "../../sandbox/process.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { TestEngine } from "../support/docker-daemon.ts";

/** The ways in which jobs run: `process` is the process driver without bubblewrap. */
export type Driver = "bubblewrap" | "process" | "docker";

export const PYTHON = process.env.DOJO_PYTHON ?? "python3";

/** What a sandbox of a test is made from; it can be given to another process. */
export interface SandboxPlace {
  readonly driver: Driver;
  readonly home: string;
  readonly lockFolder: string;
  /** Null where the driver needs none. */
  readonly engine: Pick<TestEngine, "host" | "image"> | null;
}

export function openSandbox({ driver, home, lockFolder, engine }: SandboxPlace): Sandbox {
  if (driver !== "docker") {
    const bubblewrap = driver === "bubblewrap" ? "auto" : "off";
    return createProcessSandbox({ home, python: PYTHON, bubblewrap, lockFolder });
  }
  if (engine === null) throw new Error("the Docker driver needs an engine");
  const { host, image } = engine;
  return createDockerSandbox({
    ...{ home, host, lockFolder, stackId: "test" },
    images: { trainer: image, evaluator: image },
  });
}
