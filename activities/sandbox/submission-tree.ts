import type { ArtifactStore } from "../../artifacts/artifact-store.ts";
import { parseTreeListing, type TreeListing } from "../../artifacts/tree-listing.ts";
import { type ArtifactRef, TREE_MEDIA_TYPE } from "../../protocol/artifact-ref.ts";
import { fault } from "../faults.ts";

/** Names of a submission's two files. */
export const SCRIPT = "process_data.py";
export const CONFIG = "train.yaml";

/** One file of a submission. */
export type SubmissionFile = TreeListing["files"][number];

/** The files of a submission, by its listing alone. @throws ApplicationFailure (NotSupported); ArtifactRefusedError for escaping paths */
export async function filesOf(
  artifacts: ArtifactStore,
  submission: ArtifactRef,
): Promise<readonly SubmissionFile[]> {
  if (submission.mediaType !== TREE_MEDIA_TYPE) {
    throw fault("NotSupported", `a submission is a folder, not ${submission.mediaType}`);
  }
  return parseTreeListing((await artifacts.readBytes(submission)).toString("utf8")).files;
}

/** Text of one file of a submission. */
export async function textOf(artifacts: ArtifactStore, file: SubmissionFile): Promise<string> {
  const { sha256, bytes } = file;
  const ref = { uri: `cas:${sha256}`, sha256, bytes, mediaType: "text/plain" };
  return (await artifacts.readBytes(ref)).toString("utf8");
}

/**
 * The submission without train.yaml, as a folder of its own: what curation runs and what its result depends on, so that another
 * training over the same data need not curate again.
 */
export async function codeOf(
  artifacts: ArtifactStore,
  submission: ArtifactRef,
): Promise<ArtifactRef> {
  const files = (await filesOf(artifacts, submission)).filter(({ path }) => path !== CONFIG);
  return artifacts.putBytes(JSON.stringify({ files }), TREE_MEDIA_TYPE);
}
