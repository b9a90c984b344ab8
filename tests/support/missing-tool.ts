import { test } from "vitest";

/**
 * Stands in for tests whose tool is not on this machine: a skipped test that carries the reason in its name, or a failing one
 * where `DOJO_REQUIRE_ALL=1` says that everything must be there.
 */
export function missingTool(what: string, reason: string): void {
  const name = `${what} (not run: ${reason})`;
  if (process.env.DOJO_REQUIRE_ALL === "1") {
    test(name, () => {
      throw new Error(`DOJO_REQUIRE_ALL=1, but ${reason}`);
    });
  } else {
    test.skip(name, () => {});
  }
}
