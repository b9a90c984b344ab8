import type { ScoreRow } from "./score-row.ts";

/**
 * Mean score of each item over several experiments that differ only in their training seed, in the order of the first.
 * @throws RangeError when there are none, or they have different items
 */
export function averageSeeds(experiments: readonly (readonly ScoreRow[])[]): ScoreRow[] {
  const [first, ...rest] = experiments;
  if (first === undefined) throw new RangeError("no experiments to average");
  const others = rest.map((rows) => new Map(rows.map((row) => [row.item, row.score])));
  for (const other of others) {
    if (other.size !== first.length) {
      throw new RangeError(
        `experiments of one strategy have different items: ${first.length} against ${other.size}`,
      );
    }
  }
  return first.map((row) => {
    let total = row.score;
    for (const other of others) {
      const score = other.get(row.item);
      if (score === undefined)
        throw new RangeError(`an experiment has no score for item ${row.item}`);
      total += score;
    }
    return { ...row, score: total / experiments.length };
  });
}
