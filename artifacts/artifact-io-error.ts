/** What kept the store from working. */
export type ArtifactIoReason = "disk-full" | "not-writable" | "io";

const WORDS: Readonly<Record<ArtifactIoReason, string>> = {
  "disk-full": "the disk is full: free some space there",
  "not-writable": "it can't be written: check its owner and permissions",
  io: "input or output failed",
};

/**
 * Thrown when the disk of the store (or of a folder that is written from it) is full, read-only or broken. Retryable: an operator
 * can mend it while the run waits. `where` names the place: `artifact store file:/folder`, `folder /workspace`.
 */
export class ArtifactIoError extends Error {
  override readonly name = "ArtifactIoError";
  readonly retryable = true;
  readonly reason: ArtifactIoReason;
  readonly where: string;

  constructor(reason: ArtifactIoReason, where: string, options?: ErrorOptions) {
    const detail =
      reason === "io" && options?.cause instanceof Error ? ` (${options.cause.message})` : "";
    super(`${where}: ${WORDS[reason]}${detail}`, options);
    this.reason = reason;
    this.where = where;
  }
}

/** Maps an error of the file system to {@link ArtifactIoError}; anything else is returned as it is. */
export function toArtifactIoError(error: unknown, where: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new ArtifactIoError("disk-full", where, { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
    case "EEXIST":
      return new ArtifactIoError("not-writable", where, { cause: error });
    case "EIO":
    case "EMFILE":
    case "ENFILE":
      return new ArtifactIoError("io", where, { cause: error });
    default:
      return error;
  }
}
