import { ArtifactCorruptError } from "../artifacts/artifact-corrupt-error.ts";
import { ArtifactIoError } from "../artifacts/artifact-io-error.ts";
import { ArtifactMissingError } from "../artifacts/artifact-missing-error.ts";
import { ArtifactRefusedError } from "../artifacts/artifact-refused-error.ts";
import { StoreDamagedError } from "../store/store-damaged-error.ts";
import { StoreUnavailableError } from "../store/store-unavailable-error.ts";
import { StoreVersionError } from "../store/store-version-error.ts";
import { TestOpeningError } from "../store/test-opening-error.ts";
import { type FaultKind, fault } from "./faults.ts";

/** Which fault an error of the rooms below is; null: none of theirs. */
function kindOf(error: unknown): FaultKind | null {
  if (error instanceof ArtifactIoError || error instanceof StoreUnavailableError) {
    return "StoreUnavailable";
  }
  if (
    error instanceof ArtifactMissingError ||
    error instanceof ArtifactCorruptError ||
    error instanceof StoreDamagedError ||
    error instanceof StoreVersionError
  ) {
    return "DataDamaged";
  }
  if (error instanceof ArtifactRefusedError) return "DataRefused";
  if (error instanceof TestOpeningError) return "TestAlreadyOpened";
  return null;
}

/**
 * The same activities, with errors of artifacts and store told as faults, so that what no retry can mend is not retried for ever.
 * Anything else (a bug) passes as it is and is retried: the run goes on when mended code is there.
 */
export function withFaults<Activities extends object>(activities: Activities): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await activity(...args);
      } catch (error) {
        const kind = kindOf(error);
        throw kind === null ? error : fault(kind, (error as Error).message, { cause: error });
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Activities;
}
