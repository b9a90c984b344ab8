import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** Ids of all runs and experiments that the store knows, the newest runs first. */
export async function listKnownIds(db: Kysely<Database>): Promise<readonly string[]> {
  const runs = await db.selectFrom("runs").select("id").orderBy("startedAt", "desc").execute();
  const experiments = await db
    .selectFrom("experiments")
    .select("id")
    .orderBy("closedAt", "desc")
    .execute();
  return [...runs, ...experiments].map((row) => row.id);
}
