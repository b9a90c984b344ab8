import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/**
 * Puts an artifact where a job can read it and returns the host path. Behind a read-only mount all jobs share one folder of
 * links; without isolation a job gets copies of its own, so that it can't change what others read.
 */
export async function placeInput(
  place: { readonly home: string; readonly artifacts: ArtifactStore; readonly sandbox: Sandbox },
  ref: ArtifactRef,
  job: string,
): Promise<string> {
  const isolated = place.sandbox.protection !== "unprotected";
  const folder = isolated ? join(place.home, "jobs", "inputs") : ownInputs(place.home, job);
  const path = join(folder, ref.sha256);
  const put = () => place.artifacts.materialize(ref, path, { readOnly: isolated });
  try {
    await put();
  } catch (error) {
    // Another activity put the same folder there meanwhile; now it is only compared.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
    await put();
  }
  return path;
}

/** Folder of the copies that a job has for itself. */
export function ownInputs(home: string, job: string): string {
  return join(home, "jobs", "own-inputs", job);
}

const hashes = new Map<string, Promise<string>>();

/** sha256 over the scripts of a folder (names and contents): part of a job's identity, because other code is another job. */
export function scriptsSha256(folder: string): Promise<string> {
  const known = hashes.get(folder) ?? hashScripts(folder);
  hashes.set(folder, known);
  return known;
}

async function hashScripts(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".py")).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest("hex");
}
