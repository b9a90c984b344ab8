import { chmod, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { SandboxError } from "./sandbox-error.ts";

/**
 * Sees to it that the user of a container can read an input. What lies in our own folder is opened (a worker's umask may have
 * closed it; the folder above keeps others out), anything else is refused with a line that names it. Throws {@link SandboxError}.
 */
export async function makeReadable(
  path: string,
  who: { readonly user: { readonly uid: number; readonly gid: number }; readonly within: string },
): Promise<void> {
  const status = await lstat(path);
  if (status.isSymbolicLink()) return;
  const wanted = status.isDirectory() ? 0o5 : 0o4;
  const shift = status.uid === who.user.uid ? 6 : status.gid === who.user.gid ? 3 : 0;
  if (((status.mode >> shift) & wanted) !== wanted) {
    if (!path.startsWith(`${who.within}/`)) {
      throw new SandboxError(
        `${path} can't be read by the containers' user ${who.user.uid}: chmod -R go+rX ${path}`,
      );
    }
    await chmod(path, (status.mode & 0o7777) | wanted | (wanted << 3) | (wanted << 6));
  }
  if (!status.isDirectory()) return;
  for (const name of await readdir(path)) await makeReadable(join(path, name), who);
}
