/**
 * What is wrong with an output: `missing`, a `link` (symbolic or hard), a `special` file (device, FIFO, socket), a path or name
 * that is `escaping` or odd, or `too-large`.
 */
export type UnsafeOutputReason = "missing" | "link" | "special" | "escaping" | "too-large";

/** Thrown when a job's output can't be taken over as it is. The job is to blame for it, so a retry gives the same. */
export class UnsafeOutputError extends Error {
  override readonly name = "UnsafeOutputError";
  readonly reason: UnsafeOutputReason;
  /** Relative to the output folder. */
  readonly path: string;

  constructor(reason: UnsafeOutputReason, path: string, detail: string) {
    super(`output ${JSON.stringify(path)} is not taken over: ${detail}`);
    this.reason = reason;
    this.path = path;
  }
}
