import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { schemaFiles } from "../../docs/schemas/generate.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "schemas");

test.each(Object.entries(schemaFiles()))("%s is the one that the code generates", (name, text) => {
  expect(readFileSync(join(folder, name), "utf8"), "run: node docs/schemas/generate.ts").toBe(text);
});
