import { existsSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import { livingStack } from "../../workers/start-stack.ts";
import { findTemporalCli } from "../../workers/temporal-cli.ts";
import { examineDocker } from "./examine-docker.ts";
import { examineFolder } from "./examine-folder.ts";
import { examinePython } from "./examine-python.ts";
import { findProgram } from "./find-program.ts";

/** One thing that `dojo doctor` looked at. */
export interface Finding {
  readonly name: string;
  /** `missing`: needed; `optional`: not here, and what that means stands in the advice. */
  readonly status: "ok" | "missing" | "optional";
  readonly detail: string;
  readonly advice: string | null;
}

/** A finding without anything to do. */
export function fine(name: string, detail: string): Finding {
  return { name, status: "ok", detail, advice: null };
}

/** Looks at everything that the embedded stack, the demo and the tests use. Changes nothing. */
export async function examine(config: Config): Promise<Finding[]> {
  return [
    machine(),
    fine("node", process.version),
    await temporal(config),
    ...(await examinePython(config.python)),
    examineFolder("home", config.home, "DOJO_HOME"),
    examineFolder("cache", config.cache, "DOJO_CACHE"),
    ...baseModels(config),
    bubblewrap(),
    ...(await examineDocker(config)),
    program(
      "postgresql",
      ["initdb"],
      "tests of the store on PostgreSQL",
      "apt-get install postgresql",
    ),
    program(
      "chromium",
      ["chromium", "chromium-browser", "google-chrome"],
      "tests of pages in a browser",
      "apt-get install chromium",
    ),
    ...backbones(config),
    stack(config),
  ];
}

function machine(): Finding {
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  const detail = `${process.platform} ${process.arch}, ${availableParallelism()} CPUs, ${gigabytes(totalmem())} GB (${gigabytes(freemem())} free)`;
  if (process.platform === "linux") return fine("machine", detail);
  const advice = "jobs run on Linux only; elsewhere use a Linux container or virtual machine";
  return { name: "machine", status: "missing", detail, advice };
}

async function temporal(config: Config): Promise<Finding> {
  try {
    const cli = await findTemporalCli(config);
    return fine("temporal", `${cli.path} (${cli.version})`);
  } catch (error) {
    return {
      name: "temporal",
      status: config.temporal.address === null ? "missing" : "optional",
      detail: (error as Error).message,
      advice: "make setup",
    };
  }
}

function baseModels(config: Config): Finding[] {
  return Object.entries(config.baseModels).map(([name, { path }]) =>
    existsSync(join(path, "config.json"))
      ? fine(`base model ${name}`, path)
      : {
          name: `base model ${name}`,
          status: name === config.tier ? "missing" : "optional",
          detail: `nothing at ${path}`,
          advice:
            name === "mini"
              ? "make base-model"
              : `dojo data prepare --tier full --task TASK --base-model ${name}, or set baseModels.${name}.path`,
        },
  );
}

function bubblewrap(): Finding {
  const probe = probeBubblewrap();
  if (probe.works) return fine("bubblewrap", findProgram(["bwrap"]) ?? "works");
  return {
    name: "bubblewrap",
    status: "optional",
    detail: `${probe.reason}: jobs run unprotected, and their results carry that mark`,
    advice: "apt-get install bubblewrap",
  };
}

function program(name: string, names: readonly string[], use: string, advice: string): Finding {
  const found = findProgram(names);
  if (found !== null) return fine(name, found);
  return { name, status: "optional", detail: `only for ${use}`, advice };
}

function backbones(config: Config): Finding[] {
  return Object.entries(config.backbones).map(([name, { apiKeyEnv, model, baseUrl }]) =>
    apiKeyEnv === null || process.env[apiKeyEnv]
      ? fine(`backbone ${name}`, `${model} at ${baseUrl}`)
      : {
          name: `backbone ${name}`,
          status: "optional",
          detail: `${apiKeyEnv} is not set; builtin needs no key`,
          advice: `export ${apiKeyEnv}=… before dojo up`,
        },
  );
}

function stack(config: Config): Finding {
  if (config.temporal.address !== null)
    return fine("stack", `Temporal at ${config.temporal.address}`);
  const state = livingStack(config.home);
  return fine(
    "stack",
    state === null ? "not running" : `${state.phase}, pages ${state.temporal.uiUrl}`,
  );
}
