import { z } from "zod";

/**
 * Where bulk data lies. `uri` is `cas:<sha256>`: the store that resolves it is configuration, so a reference in a history
 * stays valid when artifacts move. A folder is an artifact too (media type {@link TREE_MEDIA_TYPE}): a JSON list of its files.
 */
export const artifactRefSchema = z.strictObject({
  uri: z.string().regex(/^cas:[0-9a-f]{64}$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().nonnegative(),
  mediaType: z.string().min(1),
});
export type ArtifactRef = Readonly<z.infer<typeof artifactRefSchema>>;

/** Media type of a folder: `{files: [{path, sha256, bytes, executable}]}`, sorted by path. */
export const TREE_MEDIA_TYPE = "application/vnd.ft-dojo.tree+json";
