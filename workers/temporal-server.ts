import { join } from "node:path";
import type { Config } from "../config/load.ts";
import { SEARCH_ATTRIBUTES } from "../protocol/search-attributes.ts";
import type { ProcessSpec } from "./supervised-process.ts";
import type { TemporalCli } from "./temporal-cli.ts";

/** The embedded Temporal server, as the supervisor starts it. */
export function temporalServerProcess(options: {
  readonly cli: TemporalCli;
  readonly config: Config;
  readonly uiPort: number;
}): ProcessSpec {
  const { cli, config } = options;
  return {
    name: "temporal",
    command: cli.path,
    args: serverArguments(options),
    env: serverEnvironment(process.env),
    cwd: config.home,
    logPath: join(config.home, "logs", "temporal.log"),
    channel: false,
  };
}

function serverArguments(options: {
  readonly cli: TemporalCli;
  readonly config: Config;
  readonly uiPort: number;
}): string[] {
  const { cli, config, uiPort } = options;
  const port = config.temporal.address?.split(":").at(-1) ?? "";
  // The server never migrates its file: another version starts with a file of its own.
  const database = join(config.home, `temporal-${cli.version}.db`);
  const attributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => [
    "--search-attribute",
    `${name}=${type}`,
  ]);
  return [
    ...["server", "start-dev", "--log-level", "warn", "--log-format", "json"],
    // The server has no authentication: it must not be reached from other machines.
    ...["--ip", "127.0.0.1", "--ui-ip", "127.0.0.1"],
    ...["--port", port, "--ui-port", String(uiPort)],
    ...["--db-filename", database],
    // Half the time per workflow, and nothing is lost when a process is killed (see docs/decisions).
    ...["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"],
    ...(config.temporal.namespace === "default" ? [] : ["--namespace", config.temporal.namespace]),
    ...["--dynamic-config-value", "matching.enableFairness=true"],
    ...attributes,
  ];
}

/** The server's environment: TEMPORAL_* are for clients and would be taken for its own options. */
function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("TEMPORAL_")));
}
