import type { Config } from "../config/load.ts";
import { migrateToLatest } from "../store/migrate.ts";
import { openStore } from "../store/open-store.ts";
import { StackError } from "./stack-error.ts";

/** Brings the store to this version's schema before any pool opens it. Throws {@link StackError}: a newer store, no access. */
export async function migrateStore(config: Config): Promise<void> {
  try {
    const store = await openStore(config.databaseUrl);
    try {
      await migrateToLatest(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    throw new StackError("bad-input", (error as Error).message, { cause: error });
  }
}
