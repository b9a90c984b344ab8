import { Client, Connection } from "@temporalio/client";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { openArtifactStore } from "../artifacts/open-artifact-store.ts";
import type { Config } from "../config/load.ts";
import { createDockerSandbox } from "../sandbox/docker.ts";
import { createProcessSandbox } from "../sandbox/process.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** Opens the artifact store of the configuration. */
export function artifactsOf(config: Config): ArtifactStore {
  return openArtifactStore(config.artifactsUrl);
}

/** The sandbox of the configuration; its jobs see neither the repository nor the home. */
export function sandboxOf(config: Config): Sandbox {
  if (config.sandbox.driver === "docker") {
    const { host, trainer, evaluator } = config.sandbox.docker;
    return createDockerSandbox({
      home: config.home,
      stackId: config.sandbox.stackId,
      host: host ?? undefined,
      images: { trainer, evaluator },
    });
  }
  return createProcessSandbox({
    home: config.home,
    python: config.python,
    bubblewrap: config.sandbox.bubblewrap,
    hidden: [config.repository],
  });
}

/** A client for questions about workflows; connects with the first one, so that a server that is away is no obstacle. */
export function clientOf(config: Config): { readonly client: Client; close(): Promise<void> } {
  const connection = Connection.lazy({ address: config.temporal.address ?? "127.0.0.1:7233" });
  return {
    client: new Client({ connection, namespace: config.temporal.namespace }),
    close: () => connection.close(),
  };
}
