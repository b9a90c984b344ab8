/** `███████▌······`: the share done in so many columns, in eighths of a column. */
export function progressBar(share: number, columns: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  const full = Math.floor(eighths / 8);
  const partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] ?? "";
  return ("█".repeat(full) + partial).padEnd(columns, "·");
}

/** Seconds left of a job from what it did between two looks; null until it moved. */
export class RateEstimate {
  #first: { readonly done: number; readonly atMs: number } | null = null;
  #last: { readonly done: number; readonly atMs: number } | null = null;

  /** Notes how far the job is; a step back (a resumed checkpoint) starts the estimate anew. */
  observe(done: number, atMs: number): void {
    if (this.#last !== null && done < this.#last.done) this.#first = null;
    this.#first ??= { done, atMs };
    this.#last = { done, atMs };
  }

  /** Seconds until `total`, at the rate observed so far. */
  secondsLeft(total: number): number | null {
    if (this.#first === null || this.#last === null) return null;
    const done = this.#last.done - this.#first.done;
    const elapsedMs = this.#last.atMs - this.#first.atMs;
    if (done <= 0 || elapsedMs <= 0) return null;
    return ((total - this.#last.done) * elapsedMs) / done / 1000;
  }
}
