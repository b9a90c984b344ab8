/** Why the store can't be used right now. */
export type StoreUnavailableReason = "locked" | "unreachable" | "disk-full" | "not-writable" | "io";

const WORDS: Readonly<Record<StoreUnavailableReason, string>> = {
  locked: "is locked by another process",
  unreachable: "can't be reached",
  "disk-full": "has no disk space left",
  "not-writable": "can't be opened or written: check that its folder is there and who owns it",
  io: "had an input or output error",
};

/** Thrown when the database is locked, unreachable, full or not writable. Retryable: none of these says anything about the data. */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";
  readonly retryable = true;
  readonly reason: StoreUnavailableReason;
  /** URL of the database without its password. */
  readonly store: string;

  constructor(reason: StoreUnavailableReason, store: string, options?: ErrorOptions) {
    const detail = options?.cause instanceof Error ? ` (${options.cause.message})` : "";
    super(`the database ${store} ${WORDS[reason]}${detail}`, options);
    this.reason = reason;
    this.store = store;
  }
}
