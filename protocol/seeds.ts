/** Stages that draw random numbers, each from its own seed. */
export type SeededStage = "propose" | "curate" | "train" | "confirm" | "generate" | "bootstrap";

/**
 * Seed of one stage of one iteration: a 31-bit integer, a pure function of its arguments, so that a retry, a replay or a
 * repeat on another machine draws the same numbers. FNV-1a (32 bit) with the finalizer of MurmurHash3.
 */
export function deriveSeed(runSeed: number, iteration: number, stage: SeededStage): number {
  let hash = 0x811c9dc5;
  for (const character of `${runSeed}/${iteration}/${stage}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash & 0x7fffffff;
}
