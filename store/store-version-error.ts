/** Thrown when a newer FT-Dojo has migrated the database. Not retryable, and nothing is changed: an old program must not write there. */
export class StoreVersionError extends Error {
  override readonly name = "StoreVersionError";
  readonly retryable = false;
  readonly store: string;
  readonly foundVersion: number;
  readonly knownVersion: number;

  constructor(fields: {
    readonly store: string;
    readonly foundVersion: number;
    readonly knownVersion: number;
    /** Version of FT-Dojo that migrated the database. */
    readonly migratedBy: string;
    /** Version of this FT-Dojo. */
    readonly program: string;
  }) {
    super(
      `the database ${fields.store} has schema version ${fields.foundVersion}, made by FT-Dojo ${fields.migratedBy}; ` +
        `this is FT-Dojo ${fields.program}, which knows versions up to ${fields.knownVersion}: ` +
        `use FT-Dojo ${fields.migratedBy} or newer, or another database`,
    );
    this.store = fields.store;
    this.foundVersion = fields.foundVersion;
    this.knownVersion = fields.knownVersion;
  }
}
