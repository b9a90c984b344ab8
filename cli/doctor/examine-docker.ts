import type { Config } from "../../config/load.ts";
import type { ContainerEngine, EngineDescription } from "../../sandbox/container-engine.ts";
import { engineFault } from "../../sandbox/docker.ts";
import { DEFAULT_DOCKER_HOST, dockerEngine } from "../../sandbox/docker-engine.ts";
import { SANDBOX_IMAGES } from "../../sandbox/sandbox.ts";
import { type Finding, fine } from "./examine.ts";

/** The container engine, its images and GPUs: needed where `sandbox.driver` is docker, else only told. */
export async function examineDocker(config: Config): Promise<Finding[]> {
  const { driver, docker } = config.sandbox;
  const address = docker.host ?? DEFAULT_DOCKER_HOST;
  const status = driver === "docker" ? "missing" : "optional";
  const lacks = (name: string, detail: string, advice: string): Finding => ({
    ...{ name, status, detail, advice },
  });
  let engine: ContainerEngine;
  let found: EngineDescription;
  try {
    engine = dockerEngine(address);
    found = await engine.describe();
  } catch (error) {
    const use = driver === "docker" ? "" : " (only for sandbox.driver: docker)";
    const advice =
      "apt-get install docker.io and start dockerd, join the group docker, or set sandbox.docker.host";
    return [lacks("docker", `${(error as Error).message}${use}`, advice)];
  }
  const fault = engineFault(found);
  const about = `${found.version}, API ${found.apiVersion}, at ${address}`;
  const findings: Finding[] = [
    fault === null ? fine("docker", about) : lacks("docker", `it ${fault}`, "use another engine"),
  ];
  if (!found.liveRestore) {
    findings.push({
      name: "docker live-restore",
      status: "optional",
      detail: "off: jobs die with a restart of the engine and go on from their checkpoints",
      advice: '"live-restore": true in /etc/docker/daemon.json',
    });
  }
  for (const kind of SANDBOX_IMAGES) {
    const name = `image ${kind}`;
    const reference = docker[kind];
    const image = reference === null ? null : await engine.image(reference).catch(() => null);
    if (reference === null) findings.push(lacks(name, "never built here", "make images"));
    else if (image === null) findings.push(lacks(name, `${reference} is not there`, "make images"));
    else findings.push(fine(name, image.id));
  }
  if (config.devices.some((device) => device.name.startsWith("cuda-"))) {
    findings.push(
      found.gpus
        ? fine("docker GPUs", "NVIDIA's runtime is there")
        : lacks("docker GPUs", "no runtime for them", "install nvidia-container-toolkit"),
    );
  }
  return findings;
}
