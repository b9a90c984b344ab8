import type { Migration } from "./migration.ts";

/** Nights of sweeps, with the gate's judgement. */
export const nights: Migration = {
  name: "nights of sweeps",
  async up(db) {
    await db.schema
      .createTable("nights")
      .addColumn("study", "text", (column) => column.primaryKey())
      .addColumn("sweep", "text", (column) => column.notNull())
      .addColumn("startedAt", "text", (column) => column.notNull())
      .addColumn("verdict", "text")
      .addColumn("judgement", "text")
      .execute();
    await db.schema
      .createIndex("nightsSweep")
      .on("nights")
      .columns(["sweep", "startedAt"])
      .execute();
  },
};
