import type { Kysely } from "kysely";
import type { Split } from "../protocol/names.ts";
import type { Database } from "./schema.ts";

/** Score of one item. `cluster`: items that share a source share it; null: the item stands alone. */
export interface ItemScore {
  readonly item: string;
  readonly subtask: string;
  readonly cluster: string | null;
  /** 0..1. */
  readonly score: number;
  /** null, or one of the task's error classes. */
  readonly error: string | null;
}

/** Rows of one statement: seven parameters each, and PostgreSQL takes 65,535. */
const CHUNK = 1000;

/** Writes all item scores of an experiment on a split in one transaction, in place of any that were there. */
export async function putItemScores(
  db: Kysely<Database>,
  experimentId: string,
  split: Split,
  scores: readonly ItemScore[],
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom("itemScores")
      .where("experimentId", "=", experimentId)
      .where("split", "=", split)
      .execute();
    for (let at = 0; at < scores.length; at += CHUNK) {
      const rows = scores.slice(at, at + CHUNK).map((score) => ({
        experimentId,
        split,
        item: score.item,
        subtask: score.subtask,
        cluster: score.cluster,
        score: score.score,
        error: score.error,
      }));
      await transaction
        .insertInto("itemScores")
        .values(rows)
        // Two attempts of one activity can overlap; they write the same scores.
        .onConflict((conflict) =>
          conflict.columns(["experimentId", "split", "item"]).doUpdateSet((update) => ({
            subtask: update.ref("excluded.subtask"),
            cluster: update.ref("excluded.cluster"),
            score: update.ref("excluded.score"),
            error: update.ref("excluded.error"),
          })),
        )
        .execute();
    }
  });
}

/** Item scores of an experiment on a split, sorted by item; empty when none were written. */
export async function getItemScores(
  db: Kysely<Database>,
  experimentId: string,
  split: Split,
): Promise<readonly ItemScore[]> {
  const rows = await db
    .selectFrom("itemScores")
    .select(["item", "subtask", "cluster", "score", "error"])
    .where("experimentId", "=", experimentId)
    .where("split", "=", split)
    .execute();
  // Sorted here: the two databases collate text differently, and statistics depend on the order.
  return rows.sort((a, b) => (a.item < b.item ? -1 : 1));
}
