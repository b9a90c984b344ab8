/** sha256 (hex) and size of stored bytes. */
export interface BlobInfo {
  readonly sha256: string;
  readonly bytes: number;
}

/** Where bytes lie, keyed by their sha256. All that a driver (a folder, S3) must be able to do. */
export interface BlobDriver {
  /** How messages name the store. */
  readonly url: string;
  /**
   * Stores a stream and returns its key. Atomic: after a crash the bytes are there in full or not at all. Storing the same bytes
   * again changes nothing, and mends a damaged copy.
   * @throws ArtifactIoError
   */
  write(source: AsyncIterable<Uint8Array>): Promise<BlobInfo>;
  /**
   * Opens stored bytes. The caller verifies them.
   * @throws ArtifactMissingError
   */
  read(sha256: string): Promise<AsyncIterable<Uint8Array>>;
  /** Size in bytes, or null when nothing is stored under the key. */
  size(sha256: string): Promise<number | null>;
  /** Path of the stored file where the driver keeps local files, to hard-link from; null elsewhere. */
  localPath(sha256: string): string | null;
}
