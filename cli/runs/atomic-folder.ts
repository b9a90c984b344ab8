import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { badInput, CliError, EXIT } from "../cli-error.ts";

/**
 * Makes a folder whole or not at all: `fill` writes into one beside it, which is then renamed. Throws with exit code 2 when the
 * target holds something, is no folder, or can't be written.
 */
export async function writeFolder(
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const stats = await stat(target).catch(() => null);
  if (stats !== null && !stats.isDirectory()) throw badInput(`${target} is no folder`);
  if (stats !== null && (await readdir(target)).length > 0) {
    throw badInput(`${target} is not empty`, "name a new folder");
  }
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  try {
    await mkdir(partial, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(EXIT.badInput, `${dirname(target)} can't be written (${code})`, {
      cause: error,
    });
  }
  try {
    await fill(partial);
    await rename(partial, target);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
