import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactStore } from "../../artifacts/artifact-store.ts";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import { type SubmissionFiles, submissionFilesSchema } from "../../protocol/strategy.ts";
import { withTemporaryFolder } from "../with-temporary-folder.ts";

/** Stores a submission as the folder that the sandbox reads. */
export async function storeSubmission(
  artifacts: ArtifactStore,
  files: SubmissionFiles,
): Promise<ArtifactRef> {
  return withTemporaryFolder(async (parent) => {
    const folder = join(parent, "submission");
    await mkdir(folder);
    await writeFile(join(folder, "process_data.py"), files.processData);
    await writeFile(join(folder, "train.yaml"), files.trainYaml);
    return artifacts.putTree(folder);
  });
}

/** The texts of a stored submission. */
export async function readSubmission(
  artifacts: ArtifactStore,
  ref: ArtifactRef,
): Promise<SubmissionFiles> {
  return withTemporaryFolder(async (parent) => {
    const folder = join(parent, "submission");
    await artifacts.materialize(ref, folder, { readOnly: true });
    return submissionFilesSchema.parse({
      processData: await readFile(join(folder, "process_data.py"), "utf8"),
      trainYaml: await readFile(join(folder, "train.yaml"), "utf8"),
    });
  });
}
