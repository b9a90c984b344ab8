import { expect, test } from "vitest";
import { migrateToLatest } from "../../store/migrate.ts";
import type { Migration } from "../../store/migrations/migration.ts";
import { MIGRATIONS } from "../../store/migrations/migrations.ts";
import { getRun, upsertRun } from "../../store/runs.ts";
import { StoreVersionError } from "../../store/store-version-error.ts";
import { aRun, RUN_ID } from "../support/records.ts";
import { onEveryDatabase } from "../support/stores.ts";

const later: Migration = {
  name: "a later table",
  up: (db) => db.schema.createTable("later").addColumn("id", "text").execute(),
};

onEveryDatabase("migrations", (database) => {
  test("several processes may migrate one new database at once, and again", async () => {
    const url = await database.freshUrl();
    const stores = Array.from({ length: 4 }, () => database.open(url));
    const versions = await Promise.all(stores.map((store) => migrateToLatest(store)));
    expect(versions).toEqual(Array(4).fill(MIGRATIONS.length));
    await migrateToLatest(database.open(url));
  });

  test("a later migration keeps the data", async () => {
    const url = await database.freshUrl();
    const store = database.open(url);
    await migrateToLatest(store);
    await upsertRun(store.db, aRun());
    const newer = [...MIGRATIONS, later];
    expect(await migrateToLatest(database.open(url), newer)).toBe(newer.length);
    expect(await getRun(store.db, RUN_ID)).toEqual(aRun());
  });

  test("a database from a newer version is refused with both versions, and left alone", async () => {
    const url = await database.freshUrl();
    await migrateToLatest(database.open(url), [...MIGRATIONS, later]);
    const store = database.open(url);
    await store.db.updateTable("schemaVersions").set({ appliedBy: "9.9.9" }).execute();
    const error = await migrateToLatest(store).catch((caught) => caught);
    expect(error).toBeInstanceOf(StoreVersionError);
    expect(error.retryable).toBe(false);
    expect(error.message).toContain(
      `schema version ${MIGRATIONS.length + 1}, made by FT-Dojo 9.9.9`,
    );
    expect(error.message).toContain(`knows versions up to ${MIGRATIONS.length}`);
    expect(await store.db.selectFrom("schemaVersions").selectAll().execute()).toHaveLength(
      MIGRATIONS.length + 1,
    );
  });

  test("a migration that fails leaves the version before it", async () => {
    const url = await database.freshUrl();
    await migrateToLatest(database.open(url));
    const broken: Migration = {
      name: "broken",
      async up(db) {
        await later.up(db);
        throw new Error("half-way");
      },
    };
    await expect(migrateToLatest(database.open(url), [...MIGRATIONS, broken])).rejects.toThrow(
      "half-way",
    );
    expect(await migrateToLatest(database.open(url), [...MIGRATIONS, later])).toBe(
      MIGRATIONS.length + 1,
    );
  });
});
