/**
 * Thrown when no bytes are stored under a reference. Not retryable: the store keeps what it was given, so bytes that are
 * missing were deleted, or the store is another one than the one that made the reference.
 */
export class ArtifactMissingError extends Error {
  override readonly name = "ArtifactMissingError";
  readonly retryable = false;
  readonly sha256: string;
  readonly store: string;

  constructor(sha256: string, store: string, options?: ErrorOptions) {
    super(`artifact ${sha256} is not in the artifact store ${store}`, options);
    this.sha256 = sha256;
    this.store = store;
  }
}
