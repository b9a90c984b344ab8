/** Thrown when the database file is damaged, or a value in it has another shape than was written. Not retryable. */
export class StoreDamagedError extends Error {
  override readonly name = "StoreDamagedError";
  readonly retryable = false;
  /** `runs run/x best_model`: table, key and column; or the database's URL. */
  readonly where: string;

  constructor(where: string, detail: string, options?: ErrorOptions) {
    super(`damaged data in the store, ${where}: ${detail}`, options);
    this.where = where;
  }
}
