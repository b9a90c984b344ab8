import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { type ArtifactRef, TREE_MEDIA_TYPE } from "../protocol/artifact-ref.ts";
import { ArtifactCorruptError } from "./artifact-corrupt-error.ts";
import { ArtifactRefusedError } from "./artifact-refused-error.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { BlobDriver, BlobInfo } from "./blob-driver.ts";
import { materializeFile, materializeTree } from "./materialize.ts";
import { parseTreeListing, type TreeListing } from "./tree-listing.ts";
import { walkTree } from "./walk-tree.ts";

/** The store over any driver: references, JSON, folders and verification are the same for all of them. */
export function createArtifactStore(driver: BlobDriver): ArtifactStore {
  const putBytes: ArtifactStore["putBytes"] = async (bytes, mediaType) =>
    toRef(await driver.write(once(Buffer.from(bytes))), mediaType);

  const readBytes: ArtifactStore["readBytes"] = async (ref) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await driver.read(ref.sha256)) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const actual = createHash("sha256").update(bytes).digest("hex");
    if (actual !== ref.sha256) throw new ArtifactCorruptError(ref.sha256, actual, driver.url);
    return bytes;
  };

  const readListing = async (ref: ArtifactRef): Promise<TreeListing> =>
    parseTreeListing((await readBytes(ref)).toString("utf8"));

  async function readJson(ref: ArtifactRef, schema?: z.ZodType): Promise<unknown> {
    const value: unknown = JSON.parse((await readBytes(ref)).toString("utf8"));
    return schema === undefined ? value : schema.parse(value);
  }

  return {
    url: driver.url,
    putBytes,
    putJson: (value) => putBytes(JSON.stringify(value), "application/json"),
    async putFile(path, mediaType) {
      return toRef((await storeFile(driver, path, path)).info, mediaType);
    },
    async putTree(folder) {
      const files: TreeListing["files"] = [];
      for (const path of await walkTree(folder)) {
        const { info, executable } = await storeFile(driver, join(folder, path), path);
        files.push({ path, sha256: info.sha256, bytes: info.bytes, executable });
      }
      return putBytes(JSON.stringify({ files }), TREE_MEDIA_TYPE);
    },
    async materialize(ref, target, options = {}) {
      const readOnly = options.readOnly ?? false;
      if (ref.mediaType === TREE_MEDIA_TYPE) {
        await materializeTree(driver, await readListing(ref), target, readOnly);
      } else {
        await materializeFile(driver, { sha256: ref.sha256, executable: false }, target, readOnly);
      }
    },
    readBytes,
    readJson: readJson as ArtifactStore["readJson"],
    async has(ref) {
      if ((await driver.size(ref.sha256)) !== ref.bytes) return false;
      if (ref.mediaType !== TREE_MEDIA_TYPE) return true;
      const { files } = await readListing(ref);
      for (const file of files) {
        if ((await driver.size(file.sha256)) !== file.bytes) return false;
      }
      return true;
    },
  };
}

async function storeFile(
  driver: BlobDriver,
  path: string,
  shownPath: string,
): Promise<{ readonly info: BlobInfo; readonly executable: boolean }> {
  // O_NOFOLLOW: a link put there since the folder was listed is refused too; O_NONBLOCK: opening a pipe must not hang.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ELOOP")
      throw new ArtifactRefusedError(shownPath, "is a link, not a plain file");
    if (error.code === "ENOENT")
      throw new ArtifactRefusedError(shownPath, "does not exist", { cause: error });
    throw new ArtifactRefusedError(shownPath, `can't be read (${error.code})`, { cause: error });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new ArtifactRefusedError(shownPath, "is not a plain file");
    const info = await driver.write(file.createReadStream({ autoClose: false }));
    return { info, executable: (stats.mode & 0o100) !== 0 };
  } finally {
    await file.close();
  }
}

function toRef(info: BlobInfo, mediaType: string): ArtifactRef {
  return { uri: `cas:${info.sha256}`, sha256: info.sha256, bytes: info.bytes, mediaType };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
