import { ArtifactIoError } from "../../artifacts/artifact-io-error.ts";
import type { ArtifactStore } from "../../artifacts/artifact-store.ts";
import { openArtifactStore } from "../../artifacts/open-artifact-store.ts";
import type { Config } from "../../config/load.ts";
import { badInput, CliError, EXIT } from "../cli-error.ts";

/** Opens the artifact store of the configuration. Throws with exit code 2 for a URL that this version can't open. */
export function openArtifacts(config: Config): ArtifactStore {
  try {
    return openArtifactStore(config.artifactsUrl);
  } catch (error) {
    throw badInput(`artifactsUrl (${config.origin("artifactsUrl")}): ${(error as Error).message}`);
  }
}

/** Stores a folder. Throws with exit code 2 when the store can't be written. */
export async function storeTree(config: Config, folder: string) {
  try {
    return await openArtifacts(config).putTree(folder);
  } catch (error) {
    if (!(error instanceof ArtifactIoError)) throw error;
    throw new CliError(EXIT.badInput, `the artifact store can't be written: ${error.message}`, {
      cause: error,
    });
  }
}
