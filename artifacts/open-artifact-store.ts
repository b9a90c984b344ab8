import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ArtifactStore } from "./artifact-store.ts";
import { createArtifactStore } from "./create-artifact-store.ts";
import { createFileDriver } from "./file-driver.ts";

/**
 * Opens the artifact store that a URL names: `file:/folder` (made on the first write; `file:folder` is relative to the working
 * directory).
 * @throws Error when the scheme is not known
 */
export function openArtifactStore(url: string): ArtifactStore {
  if (url.startsWith("file:///")) return createArtifactStore(createFileDriver(fileURLToPath(url)));
  if (url.startsWith("file:") && url.length > "file:".length) {
    return createArtifactStore(createFileDriver(resolve(url.slice("file:".length))));
  }
  throw new Error(`can't open the artifact store "${url}": expected file:/folder`);
}
