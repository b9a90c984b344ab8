import type { Client, Connection } from "@temporalio/client";
import type { Config } from "../config/load.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { say } from "./output.ts";

/** A Temporal server that answers, with its client. */
export interface Stack {
  readonly config: Config;
  readonly address: string;
  /** Web pages of the embedded server; null for a server elsewhere. */
  readonly uiUrl: string | null;
  readonly connection: Connection;
  readonly client: Client;
}

/**
 * Connects, hands the stack to `use`, and closes the connection. Starts the embedded stack (and says so) when no server is
 * configured and none runs. Throws {@link CliError} with exit code 4 when it can't be reached.
 */
export async function withStack<T>(config: Config, use: (stack: Stack) => Promise<T>): Promise<T> {
  const where = await findStack(config);
  const { Client, Connection } = await import("@temporalio/client");
  let connection: Connection;
  try {
    connection = await Connection.connect({ address: where.address, connectTimeout: "5s" });
  } catch (error) {
    const hint = config.temporal.address === null ? "see `dojo status`" : "check TEMPORAL_ADDRESS";
    throw new CliError(
      EXIT.unreachable,
      `no Temporal server answers at ${where.address} (${(error as Error).message}); ${hint}`,
      { cause: error },
    );
  }
  try {
    const client = new Client({ connection, namespace: config.temporal.namespace });
    return await use({ config, ...where, connection, client });
  } catch (error) {
    const { isServerAway } = await import("./server-away.ts");
    if (!isServerAway(error)) throw error;
    throw new CliError(
      EXIT.unreachable,
      `the Temporal server at ${where.address} stopped answering (${(error as Error).message})`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}

/** Address of the configured server, or of the embedded one, which is started when none runs. */
async function findStack(config: Config): Promise<{ address: string; uiUrl: string | null }> {
  if (config.temporal.address !== null) return { address: config.temporal.address, uiUrl: null };
  const { startStack } = await import("../workers/start-stack.ts");
  const { state } = await startStack(config, { say });
  return { address: state.temporal.address, uiUrl: state.temporal.uiUrl };
}
