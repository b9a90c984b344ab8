import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toArtifactIoError } from "./artifact-io-error.ts";
import { ArtifactMissingError } from "./artifact-missing-error.ts";
import type { BlobDriver, BlobInfo } from "./blob-driver.ts";

/** Keeps bytes under `<root>/sha256/<first two digits>/<digest>`, read-only, written through `<root>/tmp`. */
export function createFileDriver(root: string): BlobDriver {
  const url = `file:${root}`;
  const pathOf = (sha256: string): string => join(root, "sha256", sha256.slice(0, 2), sha256);

  async function write(source: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
    const temporary = join(root, "tmp", `${process.pid}-${randomBytes(8).toString("hex")}`);
    try {
      await mkdir(join(root, "tmp"), { recursive: true });
      const info = await writeAndSync(temporary, source);
      const target = pathOf(info.sha256);
      await mkdir(dirname(target), { recursive: true });
      await rename(temporary, target);
      await syncFolder(dirname(target));
      return info;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw toArtifactIoError(error, `artifact store ${url}`);
    }
  }

  return {
    url,
    write,
    async read(sha256) {
      if ((await this.size(sha256)) === null) throw new ArtifactMissingError(sha256, url);
      return createReadStream(pathOf(sha256));
    },
    async size(sha256) {
      try {
        return (await stat(pathOf(sha256))).size;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
        throw toArtifactIoError(error, `artifact store ${url}`);
      }
    },
    localPath: pathOf,
  };
}

async function writeAndSync(path: string, source: AsyncIterable<Uint8Array>): Promise<BlobInfo> {
  const file = await open(path, "wx", 0o444);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await file.writeFile(chunk);
    }
    // Without this a power cut can leave a file of the right name and no bytes.
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
