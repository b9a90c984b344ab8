import type { Kysely } from "kysely";
import { judgementSchema, type NightRecord } from "../protocol/sweep.ts";
import { readNullableJsonColumn, writeNullableJson } from "./json-column.ts";
import type { Database, NightRow } from "./schema.ts";

/** Writes a night as it stands; a judgement that is there stays where none is given. */
export async function upsertNight(db: Kysely<Database>, night: NightRecord): Promise<void> {
  const { sweep, study, startedAt, judgement } = night;
  const verdict = judgement?.verdict ?? null;
  const row = { sweep, study, startedAt, verdict, judgement: writeNullableJson(judgement) };
  await db
    .insertInto("nights")
    .values(row)
    .onConflict((conflict) =>
      judgement === null
        ? conflict.column("study").doNothing()
        : conflict.column("study").doUpdateSet({ verdict, judgement: row.judgement }),
    )
    .execute();
}

/** The nights of a sweep, the latest first. @throws StoreDamagedError */
export async function listNights(
  db: Kysely<Database>,
  sweep: string,
  limit = 1000,
): Promise<readonly NightRecord[]> {
  const rows = await db
    .selectFrom("nights")
    .selectAll()
    .where("sweep", "=", sweep)
    .orderBy("startedAt", "desc")
    .orderBy("study", "desc")
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

function fromRow(row: NightRow): NightRecord {
  return {
    sweep: row.sweep,
    study: row.study,
    startedAt: row.startedAt,
    judgement: readNullableJsonColumn(
      judgementSchema,
      row.judgement,
      `nights ${row.study} judgement`,
    ),
  };
}
