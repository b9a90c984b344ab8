import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UnsafeOutputError } from "./unsafe-output-error.ts";

const MAX_ENTRIES = 100_000;
const CHUNK_BYTES = 1 << 20;

/** What is left of the allowance, over all files of one `collectOutput`. */
interface Allowance {
  bytes: number;
  entries: number;
}

/**
 * Copies `path` (relative to `outPath`) to `to` and replaces what is there, in one step. The folder is taken for hostile and for
 * changing meanwhile: each step is opened from the folder above it and follows no link, and what was opened is what is looked at.
 * Throws {@link UnsafeOutputError}; `to` is then as it was.
 */
export async function collectOutput(
  outPath: string,
  path: string,
  to: string,
  maxBytes: number,
): Promise<void> {
  const steps = path.split("/");
  for (const step of steps) checkStep(step, path);
  await mkdir(dirname(to), { recursive: true });
  const partial = join(dirname(to), `.${basename(to)}.${randomBytes(6).toString("hex")}.partial`);
  const allowance = { bytes: maxBytes, entries: MAX_ENTRIES };
  let handle = await open(outPath, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    for (const step of steps) {
      const next = await openStep(handle, step, path);
      await handle.close();
      handle = next;
    }
    await copy(handle, path, partial, allowance);
    await rm(to, { recursive: true, force: true });
    await rename(partial, to);
  } finally {
    await handle.close();
    await rm(partial, { recursive: true, force: true });
  }
}

function checkStep(step: string, path: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (step === "" || step === "." || step === ".." || /[\u0000-\u001f\u007f\ufffd/]/.test(step)) {
    throw new UnsafeOutputError(
      "escaping",
      path,
      `${JSON.stringify(step)} is no plain name of a file`,
    );
  }
}

/** Opens an entry of an open folder. /proc/self/fd stands in for openat, which Node lacks. */
async function openStep(folder: FileHandle, step: string, path: string): Promise<FileHandle> {
  // O_NONBLOCK: a FIFO without a writer would hang here.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return await open(join(`/proc/self/fd/${folder.fd}`, step), flags);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw new UnsafeOutputError("missing", path, "it is not there");
    if (code === "ENOTDIR") throw new UnsafeOutputError("missing", path, "a part of it is a file");
    if (code === "ELOOP") throw new UnsafeOutputError("link", path, "it is a symbolic link");
    if (code === "ENXIO" || code === "EACCES" || code === "ENODEV") {
      throw new UnsafeOutputError("special", path, "it is no readable file or folder");
    }
    throw error;
  }
}

async function copy(
  source: FileHandle,
  path: string,
  target: string,
  allowance: Allowance,
): Promise<void> {
  allowance.entries -= 1;
  if (allowance.entries < 0) {
    throw new UnsafeOutputError("too-large", path, `it has more than ${MAX_ENTRIES} files`);
  }
  const status = await source.stat();
  if (status.isDirectory()) return copyFolder(source, path, target, allowance);
  if (!status.isFile()) {
    throw new UnsafeOutputError("special", path, "it is neither a file nor a folder");
  }
  if (status.nlink > 1) throw new UnsafeOutputError("link", path, "it is a hard link");
  return copyFile(source, path, target, allowance);
}

async function copyFolder(
  source: FileHandle,
  path: string,
  target: string,
  allowance: Allowance,
): Promise<void> {
  await mkdir(target);
  for (const name of await readdir(`/proc/self/fd/${source.fd}`)) {
    const below = `${path}/${name}`;
    checkStep(name, below);
    const entry = await openStep(source, name, below);
    try {
      await copy(entry, below, join(target, name), allowance);
    } finally {
      await entry.close();
    }
  }
}

async function copyFile(
  source: FileHandle,
  path: string,
  target: string,
  allowance: Allowance,
): Promise<void> {
  const sink = await open(target, "wx", 0o644);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      allowance.bytes -= bytesRead;
      if (allowance.bytes < 0) {
        throw new UnsafeOutputError("too-large", path, "with it the output is larger than allowed");
      }
      await sink.writeFile(buffer.subarray(0, bytesRead));
    }
  } finally {
    await sink.close();
  }
}
