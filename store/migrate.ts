import { type Kysely, sql, type Transaction } from "kysely";
import packageJson from "../package.json" with { type: "json" };
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import type { Store } from "./open-store.ts";
import type { Database } from "./schema.ts";
import { StoreVersionError } from "./store-version-error.ts";

/** Key of the advisory lock under which one process migrates a PostgreSQL database: "dojo" in ASCII. */
const MIGRATION_LOCK = 0x646f6a6f;

/**
 * Brings the database to this program's schema, in one transaction. Any number of processes may call it at once.
 * @returns the schema's version
 * @throws StoreVersionError when a newer FT-Dojo migrated it; StoreUnavailableError
 */
export async function migrateToLatest(
  store: Store,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<number> {
  return store.db.transaction().execute(async (transaction) => {
    if (store.dialect === "postgresql") {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    }
    const found = await readVersion(transaction);
    if (found.version > migrations.length) {
      throw new StoreVersionError({
        store: store.url,
        foundVersion: found.version,
        knownVersion: migrations.length,
        migratedBy: found.appliedBy,
        program: packageJson.version,
      });
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < found.version) continue;
      await migration.up(transaction as unknown as Kysely<unknown>);
      await transaction
        .insertInto("schemaVersions")
        .values({
          version: index + 1,
          name: migration.name,
          appliedAt: new Date().toISOString(),
          appliedBy: packageJson.version,
        })
        .execute();
    }
    return migrations.length;
  });
}

async function readVersion(
  db: Transaction<Database>,
): Promise<{ readonly version: number; readonly appliedBy: string }> {
  await db.schema
    .createTable("schemaVersions")
    .ifNotExists()
    .addColumn("version", "integer", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("appliedAt", "text", (column) => column.notNull())
    .addColumn("appliedBy", "text", (column) => column.notNull())
    .execute();
  const last = await db
    .selectFrom("schemaVersions")
    .select(["version", "appliedBy"])
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return last ?? { version: 0, appliedBy: packageJson.version };
}
