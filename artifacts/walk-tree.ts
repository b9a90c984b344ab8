import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactRefusedError } from "./artifact-refused-error.ts";
import { refusePath } from "./tree-listing.ts";

/**
 * Paths of all files below a folder, relative, sorted by code unit so that equal folders give equal listings.
 * @throws ArtifactRefusedError for links, devices, sockets, pipes and unprintable names, and when the folder is none
 */
export async function walkTree(folder: string): Promise<string[]> {
  const root = await lstat(folder).catch(() => null);
  if (root?.isDirectory() !== true) throw new ArtifactRefusedError(folder, "is not a folder");
  const files: string[] = [];
  const pending = [""];
  for (let relative = pending.pop(); relative !== undefined; relative = pending.pop()) {
    for (const name of await readdir(join(folder, relative))) {
      const path = relative === "" ? name : `${relative}/${name}`;
      const reason = refusePath(path);
      if (reason !== null) throw new ArtifactRefusedError(path, reason);
      const stats = await lstat(join(folder, path));
      if (stats.isDirectory()) pending.push(path);
      else if (stats.isFile()) files.push(path);
      else throw new ArtifactRefusedError(path, `is ${kindOf(stats)}, not a plain file`);
    }
  }
  return files.sort((a, b) => (a < b ? -1 : 1));
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return "a link";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
