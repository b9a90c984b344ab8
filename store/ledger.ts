import type { Kysely } from "kysely";
import type { Usage } from "../protocol/usage.ts";
import type { Database, NewLedgerEntry } from "./schema.ts";

/** One entry: what was spent on one thing. `key` names the thing; a second entry of the same key replaces the first. */
export type LedgerEntry = Readonly<NewLedgerEntry> & { readonly kind: "language-model" | "gpu" };

/** Writes an entry; the same entry again changes nothing. */
export async function putLedgerEntry(db: Kysely<Database>, entry: LedgerEntry): Promise<void> {
  const { key: _, ...update } = entry;
  await db
    .insertInto("ledger")
    .values(entry)
    .onConflict((conflict) => conflict.column("key").doUpdateSet(update))
    .execute();
}

/** Sums of a run's entries. */
export async function sumLedger(
  db: Kysely<Database>,
  runId: string,
): Promise<{ readonly usage: Usage; readonly gpuSeconds: number }> {
  const sums = await db
    .selectFrom("ledger")
    .select(({ fn }) => [
      fn.sum<number | string | null>("calls").as("calls"),
      fn.sum<number | string | null>("promptTokens").as("promptTokens"),
      fn.sum<number | string | null>("completionTokens").as("completionTokens"),
      fn.sum<number | null>("costUsd").as("costUsd"),
      fn.sum<number | null>("gpuSeconds").as("gpuSeconds"),
    ])
    .where("runId", "=", runId)
    .executeTakeFirstOrThrow();
  return {
    usage: {
      // PostgreSQL sums integers as `numeric`, which pg gives as text.
      calls: Number(sums.calls ?? 0),
      promptTokens: Number(sums.promptTokens ?? 0),
      completionTokens: Number(sums.completionTokens ?? 0),
      costUsd: sums.costUsd ?? 0,
    },
    gpuSeconds: sums.gpuSeconds ?? 0,
  };
}
