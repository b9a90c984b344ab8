import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, link, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ArtifactCorruptError } from "./artifact-corrupt-error.ts";
import { toArtifactIoError } from "./artifact-io-error.ts";
import { ArtifactRefusedError } from "./artifact-refused-error.ts";
import type { BlobDriver } from "./blob-driver.ts";
import type { TreeListing } from "./tree-listing.ts";
import { walkTree } from "./walk-tree.ts";

/** A stored file on its way out. */
export interface StoredFile {
  readonly sha256: string;
  readonly executable: boolean;
}

/** Writes one stored file to `target` through a temporary name beside it. See `ArtifactStore.materialize`. */
export async function materializeFile(
  driver: BlobDriver,
  file: StoredFile,
  target: string,
  readOnly: boolean,
): Promise<void> {
  if (await alreadyThere(target)) {
    if ((await hashFile(target).catch(() => null)) === file.sha256) return;
    throw new ArtifactRefusedError(target, "is already there with other content: delete it first");
  }
  await throughTemporary(target, (temporary) => writeOut(driver, file, temporary, readOnly));
}

/** Writes a whole stored folder to `target` through a temporary folder beside it. See `ArtifactStore.materialize`. */
export async function materializeTree(
  driver: BlobDriver,
  listing: TreeListing,
  target: string,
  readOnly: boolean,
): Promise<void> {
  if (await alreadyThere(target)) {
    const present = await walkTree(target);
    // An empty folder is replaced by the rename below.
    if (present.length > 0) return refuseUnlessEqual(listing, target, present);
  }
  await throughTemporary(target, async (temporary) => {
    await mkdir(temporary);
    for (const file of listing.files) {
      const path = join(temporary, file.path);
      await mkdir(dirname(path), { recursive: true });
      await writeOut(driver, file, path, readOnly);
    }
  });
}

async function throughTemporary(
  target: string,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString("hex")}.partial`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await make(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw toArtifactIoError(error, `folder ${dirname(target)}`);
  }
}

async function writeOut(
  driver: BlobDriver,
  file: StoredFile,
  path: string,
  readOnly: boolean,
): Promise<void> {
  const local = readOnly && !file.executable ? driver.localPath(file.sha256) : null;
  if (local !== null && (await tryLink(local, path))) {
    const actual = await hashFile(path);
    if (actual !== file.sha256) throw new ArtifactCorruptError(file.sha256, actual, driver.url);
    return;
  }
  const hash = createHash("sha256");
  const output = await open(path, "wx");
  try {
    for await (const chunk of await driver.read(file.sha256)) {
      hash.update(chunk);
      await output.writeFile(chunk);
    }
  } finally {
    await output.close();
  }
  const actual = hash.digest("hex");
  if (actual !== file.sha256) throw new ArtifactCorruptError(file.sha256, actual, driver.url);
  await chmod(path, (readOnly ? 0o444 : 0o644) | (file.executable ? 0o111 : 0));
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch {
    // Another file system, no hard links there, or nothing stored: the copy below succeeds or says why not.
    return false;
  }
}

async function refuseUnlessEqual(
  listing: TreeListing,
  target: string,
  present: readonly string[],
): Promise<void> {
  const expected = new Map(listing.files.map((file) => [file.path, file.sha256]));
  let equal = present.length === expected.size;
  for (const path of present) {
    equal &&= expected.get(path) === (await hashFile(join(target, path)));
  }
  if (!equal) {
    throw new ArtifactRefusedError(target, "is already there with other content: delete it first");
  }
}

async function alreadyThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
