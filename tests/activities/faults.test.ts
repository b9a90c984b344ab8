import { describe, expect, test } from "vitest";
import { judgeFault } from "../../activities/faults.ts";
import { withFaults } from "../../activities/with-faults.ts";
import { ArtifactIoError } from "../../artifacts/artifact-io-error.ts";
import { ArtifactMissingError } from "../../artifacts/artifact-missing-error.ts";
import { ArtifactRefusedError } from "../../artifacts/artifact-refused-error.ts";
import { StoreUnavailableError } from "../../store/store-unavailable-error.ts";
import { StoreVersionError } from "../../store/store-version-error.ts";

const newerStore = new StoreVersionError({
  ...{ store: "sqlite:x", foundVersion: 9, knownVersion: 1, migratedBy: "9.0", program: "0.1" },
});

const thrown = async (error: Error) => {
  const { act } = withFaults({
    act: async () => {
      throw error;
    },
  });
  return act().catch((caught: unknown) => caught);
};

describe("errors of the rooms below", () => {
  test.each([
    [new ArtifactIoError("disk-full", "store"), "StoreUnavailable", false],
    [new StoreUnavailableError("locked", "sqlite:x"), "StoreUnavailable", false],
    [new ArtifactMissingError("a", "file:x"), "DataDamaged", true],
    [newerStore, "DataDamaged", true],
    [new ArtifactRefusedError("../x", "leaves its folder"), "DataRefused", true],
  ])("are told as faults: %s", async (error, type, nonRetryable) => {
    expect(await thrown(error)).toMatchObject({ type, nonRetryable, message: error.message });
  });

  test("that nobody foresaw are retried, for mended code to go on", async () => {
    const bug = new TypeError("x is undefined");
    expect(await thrown(bug)).toBe(bug);
  });
});

test("no fault ever costs a score: it is tried again, or the run ends without one", () => {
  const kinds = ["JobDied", "StoreUnavailable", "LanguageModelUnavailable"] as const;
  for (const kind of kinds) {
    expect(judgeFault(kind)).toEqual({ retryable: true, effect: "stage-repeated" });
  }
  expect(judgeFault("LanguageModelRejected")).toEqual({ retryable: false, effect: "run-ends" });
});
