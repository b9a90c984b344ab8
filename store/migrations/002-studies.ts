import type { Migration } from "./migration.ts";

/** Studies, one row each. */
export const studies: Migration = {
  name: "studies",
  async up(db) {
    await db.schema
      .createTable("studies")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("spec", "text", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("startedAt", "text", (column) => column.notNull())
      .addColumn("closedAt", "text")
      .addColumn("counts", "text", (column) => column.notNull())
      .execute();
  },
};
