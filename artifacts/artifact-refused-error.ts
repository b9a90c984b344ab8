/**
 * Thrown when a folder can't become an artifact or a listing can't become a folder: links, devices, unprintable names, paths
 * that leave the folder, a target that holds something else. Not retryable. `path` names the entry, relative to its folder.
 */
export class ArtifactRefusedError extends Error {
  override readonly name = "ArtifactRefusedError";
  readonly retryable = false;
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${JSON.stringify(path)} ${reason}`, options);
    this.path = path;
    this.reason = reason;
  }
}
