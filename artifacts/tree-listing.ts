import { z } from "zod";
import { ArtifactRefusedError } from "./artifact-refused-error.ts";

const treeListingSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      path: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes: z.number().int().nonnegative(),
      executable: z.boolean(),
    }),
  ),
});

/** The files of a folder artifact, sorted by path; paths are relative with `/`. Empty folders are not kept. */
export type TreeListing = Readonly<z.infer<typeof treeListingSchema>>;

/**
 * Parses a listing and refuses any that could write outside its folder, or one entry over another.
 * @throws ArtifactRefusedError
 */
export function parseTreeListing(text: string): TreeListing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ArtifactRefusedError(".", "is not a folder artifact: its listing is not JSON", {
      cause: error,
    });
  }
  const parsed = treeListingSchema.safeParse(json);
  if (!parsed.success) {
    const cause = { cause: parsed.error };
    throw new ArtifactRefusedError(
      ".",
      "is not a folder artifact: its listing has another shape",
      cause,
    );
  }
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of parsed.data.files) {
    const reason = refusePath(path);
    if (reason !== null) throw new ArtifactRefusedError(path, reason);
    if (files.has(path)) throw new ArtifactRefusedError(path, "stands twice in the listing");
    files.add(path);
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      folders.add(path.slice(0, at));
    }
  }
  for (const path of files) {
    if (folders.has(path)) throw new ArtifactRefusedError(path, "is a file and a folder at once");
  }
  return parsed.data;
}

/** Why a relative path can't be part of a folder artifact; null when it can. */
export function refusePath(path: string): string | null {
  if (path.startsWith("/")) return "is an absolute path";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f\ufffd]/.test(path))
    return "has a name with unprintable or non-UTF-8 characters";
  for (const part of path.split("/")) {
    if (part === "..") return "leaves its folder";
    if (part === "" || part === ".") return "is not a plain relative path";
  }
  return null;
}
