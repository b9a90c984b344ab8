import { existsSync } from "node:fs";
import type { Config } from "../../config/load.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore, type Store } from "../../store/open-store.ts";
import { StoreUnavailableError } from "../../store/store-unavailable-error.ts";
import { StoreVersionError } from "../../store/store-version-error.ts";
import { CliError, EXIT } from "../cli-error.ts";

/**
 * Opens the store for `use`; `use` gets null where no stack has made one yet. Throws {@link CliError}: exit code 2 for a store of
 * a newer version or one that can't be written, 4 when its server can't be reached.
 */
export async function withStore<T>(
  config: Config,
  use: (store: Store | null) => Promise<T>,
): Promise<T> {
  const file = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(config.databaseUrl)?.[1];
  if (file !== undefined && !existsSync(file)) return use(null);
  const store = openStore(config.databaseUrl);
  try {
    await migrateToLatest(store);
    return await use(store);
  } catch (error) {
    throw explained(error);
  } finally {
    await store.close().catch(() => {});
  }
}

function explained(error: unknown): unknown {
  if (error instanceof StoreVersionError) {
    return new CliError(EXIT.badInput, error.message, { cause: error });
  }
  if (error instanceof StoreUnavailableError) {
    const exitCode =
      error.reason === "unreachable"
        ? EXIT.unreachable
        : error.reason === "not-writable"
          ? EXIT.badInput
          : EXIT.failed;
    return new CliError(exitCode, error.message, { cause: error });
  }
  return error;
}
