import { accessSync, chmodSync, constants, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The host's folder for device locks, the same for every stack and user of the host, whatever their `DOJO_HOME` and `TMPDIR`:
 * `/run/lock/ft-dojo` where the host lets everyone write there, else `/tmp/ft-dojo-locks`.
 */
export function hostLockFolder(): string {
  try {
    accessSync("/run/lock", constants.W_OK);
    // Shared by all users, or each would lock for himself.
    if ((statSync("/run/lock").mode & 0o1002) === 0o1002) return join("/run/lock", "ft-dojo");
  } catch {
    // Not there, or not for us.
  }
  return "/tmp/ft-dojo-locks";
}

/** Makes the folder, writable for all users. */
export function makeLockFolder(folder: string): void {
  if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o1777);
}
