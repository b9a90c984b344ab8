/** Thrown when stored bytes do not have the sha256 that they are stored under. Not retryable: the disk gives them again. */
export class ArtifactCorruptError extends Error {
  override readonly name = "ArtifactCorruptError";
  readonly retryable = false;
  readonly sha256: string;
  readonly actualSha256: string;
  readonly store: string;

  constructor(sha256: string, actualSha256: string, store: string) {
    super(
      `artifact ${sha256} in the artifact store ${store} is damaged: its bytes have sha256 ${actualSha256}; delete it and make it again`,
    );
    this.sha256 = sha256;
    this.actualSha256 = actualSha256;
    this.store = store;
  }
}
