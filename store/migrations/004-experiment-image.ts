import type { Migration } from "./migration.ts";

/** The image that an experiment's jobs ran in. */
export const experimentImage: Migration = {
  name: "image of an experiment",
  async up(db) {
    await db.schema.alterTable("experiments").addColumn("image", "text").execute();
  },
};
