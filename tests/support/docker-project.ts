import Docker from "dockerode";
import type { TestProject } from "vitest/node";
import {
  importBase,
  missingDaemon,
  type NoEngine,
  runningEngine,
  startDaemon,
  type TestEngine,
} from "./docker-daemon.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The engine of the sandbox's tests, or why there is none. */
    engine: TestEngine | NoEngine;
  }
}

/** Before the tests of the sandbox: finds the machine's engine, or starts a private one that is stopped after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = await runningEngine();
  if (running !== null) {
    const image = await importBase(running.socketPath);
    project.provide("engine", { ...running, image });
    const docker = new Docker({ socketPath: running.socketPath });
    return () => docker.getImage(image).remove();
  }
  const missing = missingDaemon();
  if (missing !== null) {
    project.provide("engine", missing);
    return async () => {};
  }
  const { host, socketPath, image, stop } = await startDaemon();
  project.provide("engine", { host, socketPath, image });
  return stop;
}
