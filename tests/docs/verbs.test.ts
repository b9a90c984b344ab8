import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verbsPage } from "../../docs/generate-verbs.ts";

test("docs/verbs.md is what the verbs' help says", async () => {
  const file = join(import.meta.dirname, "..", "..", "docs", "verbs.md");
  expect(readFileSync(file, "utf8"), "run: node docs/generate-verbs.ts").toBe(await verbsPage());
});
