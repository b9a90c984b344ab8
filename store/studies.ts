import type { Kysely } from "kysely";
import { cellCountsSchema, type StudyRecord, type StudyStatus } from "../protocol/study.ts";
import { studySpecSchema } from "../protocol/study-spec.ts";
import { readJsonColumn } from "./json-column.ts";
import type { Database, StudyRow } from "./schema.ts";

/** Writes a study as it stands; the same record again changes nothing. */
export async function upsertStudy(db: Kysely<Database>, record: StudyRecord): Promise<void> {
  const { name, status, startedAt, closedAt } = record;
  const update = {
    spec: JSON.stringify(record.spec),
    status,
    startedAt,
    closedAt,
    counts: JSON.stringify(record.counts),
  };
  await db
    .insertInto("studies")
    .values({ name, ...update })
    .onConflict((conflict) => conflict.column("name").doUpdateSet(update))
    .execute();
}

/** A study, or null. @throws StoreDamagedError */
export async function getStudy(db: Kysely<Database>, name: string): Promise<StudyRecord | null> {
  const row = await db
    .selectFrom("studies")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
  return row === undefined ? null : fromRow(row);
}

/** Studies, the newest first. @throws StoreDamagedError */
export async function listStudies(db: Kysely<Database>): Promise<readonly StudyRecord[]> {
  const rows = await db
    .selectFrom("studies")
    .selectAll()
    .orderBy("startedAt", "desc")
    .orderBy("name")
    .execute();
  return rows.map(fromRow);
}

function fromRow(row: StudyRow): StudyRecord {
  const where = (column: string): string => `studies ${row.name} ${column}`;
  return {
    name: row.name,
    spec: readJsonColumn(studySpecSchema, row.spec, where("spec")),
    status: row.status as StudyStatus,
    startedAt: row.startedAt,
    closedAt: row.closedAt,
    counts: readJsonColumn(cellCountsSchema, row.counts, where("counts")),
  };
}
