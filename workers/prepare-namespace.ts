import { Connection } from "@temporalio/client";
import { msToTs } from "@temporalio/common/lib/time.js";
import type { Config } from "../config/load.ts";
import { SEARCH_ATTRIBUTES } from "../protocol/search-attributes.ts";
import { StackError } from "./stack-error.ts";

/** Temporal's numbers of the types that we use (enum IndexedValueType of its API). */
const INDEXED_VALUE_TYPE = { Keyword: 2, Int: 3, Double: 4 } as const;

/**
 * Waits until the server answers for our namespace. Throws {@link StackError} after the configured time, or when
 * `hasGivenUp` says that the server does not stay alive.
 */
export async function waitForServer(
  config: Config,
  wait: { readonly signal: AbortSignal; readonly hasGivenUp: () => boolean },
): Promise<Connection> {
  const address = config.temporal.address ?? "";
  const deadline = performance.now() + config.supervisor.startDeadlineMs;
  for (;;) {
    const attempt = await connectOnce(config, address);
    if (attempt instanceof Connection) return attempt;
    wait.signal.throwIfAborted();
    if (wait.hasGivenUp() || performance.now() > deadline) {
      throw new StackError(
        "failed",
        `the Temporal server at ${address} does not come up; see ${config.home}/logs/temporal.log`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function connectOnce(config: Config, address: string): Promise<Connection | Error> {
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: "2s" });
    await connection.workflowService.describeNamespace({ namespace: config.temporal.namespace });
    return connection;
  } catch (error) {
    await connection?.close();
    return error as Error;
  }
}

/** Creates the search attributes that are missing and sets the retention. Doing it again changes nothing. */
export async function prepareNamespace(connection: Connection, config: Config): Promise<void> {
  const { namespace, retentionDays } = config.temporal;
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(
    ([name]) => known.customAttributes?.[name] === undefined,
  );
  if (missing.length > 0) {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(([name, type]) => [name, INDEXED_VALUE_TYPE[type]]),
      ),
    });
  }
  await connection.workflowService.updateNamespace({
    namespace,
    config: {
      workflowExecutionRetentionTtl: msToTs(`${retentionDays} days`),
    },
  });
}
