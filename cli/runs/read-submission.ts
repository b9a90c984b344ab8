import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ArtifactRefusedError } from "../../artifacts/artifact-refused-error.ts";
import { walkTree } from "../../artifacts/walk-tree.ts";
import { badInput } from "../cli-error.ts";

/** What a submission must hold. */
const REQUIRED = ["process_data.py", "train.yaml"];

/** Bytes that a submission may have: it is code and settings, no data. */
const MAX_BYTES = 4_000_000;
const MAX_FILES = 100;

/**
 * Checks a submission's folder before anything is stored or started: plain files only (no links, nothing that leaves it), both
 * files there, train.yaml readable as YAML. Its bounds are judged by the environment. Throws with exit code 2.
 */
export async function checkSubmissionFolder(folder: string): Promise<void> {
  const files = await walk(folder);
  for (const name of REQUIRED) {
    if (!files.includes(name)) {
      throw badInput(
        `${join(folder, name)} is missing`,
        `a submission holds ${REQUIRED.join(" and ")}`,
      );
    }
  }
  if (files.length > MAX_FILES) {
    throw badInput(
      `${folder} holds ${files.length} files`,
      `a submission has ${MAX_FILES} at most`,
    );
  }
  let bytes = 0;
  for (const file of files) bytes += (await lstat(join(folder, file))).size;
  if (bytes > MAX_BYTES) {
    throw badInput(`${folder} holds ${bytes} bytes`, `a submission has ${MAX_BYTES} at most`);
  }
  const path = join(folder, "train.yaml");
  const problem = parseDocument(await readFile(path, "utf8")).errors[0];
  if (problem !== undefined) {
    const line = problem.linePos?.[0].line;
    const what = problem.message.split("\n")[0];
    throw badInput(`${path}${line === undefined ? "" : `:${line}`}: no valid YAML: ${what}`);
  }
}

async function walk(folder: string): Promise<string[]> {
  const stats = await lstat(folder).catch(() => null);
  if (stats === null) throw badInput(`${folder} is not there`);
  if (stats.isSymbolicLink()) throw badInput(`${folder} is a link`, "name the folder itself");
  if (!stats.isDirectory()) throw badInput(`${folder} is no folder`);
  try {
    return await walkTree(folder);
  } catch (error) {
    if (!(error instanceof ArtifactRefusedError)) throw error;
    throw badInput(
      `${join(folder, error.path)} ${error.reason}`,
      "a submission holds plain files only",
    );
  }
}
