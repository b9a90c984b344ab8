import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTaskFolders } from "../../config/task-cards.ts";

/** The ids of the thirteen tasks, and words that belong to one domain only. */
const IDS = [
  "aime25",
  "par4pc",
  "pi4pc",
  "noc4pc",
  "mol-und",
  "mol-edit",
  "mol-opt",
  "reaction",
  "financeiq",
  "table-analysis",
  "table-facts",
  "table-numbers",
  "table-charts",
];
const CONTENT = ["patent", "molecul", "smiles", "chemi", "prior art", "finance", "claim"];

const root = new URL("../../", import.meta.url).pathname;

/** Of tasks that were added since, too. */
const FOUND = loadTaskFolders(root).map(({ card }) => card.id);

test.each(["agents", "llm"])("nothing under %s names a task or a domain's content", (room) => {
  const files = readdirSync(join(root, room), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(5);
  const found = files.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, "utf8").toLowerCase();
    return [...new Set([...IDS, ...FOUND, ...CONTENT])]
      .filter((word) => text.includes(word))
      .map((word) => `${path}: ${word}`);
  });
  expect(found).toEqual([]);
});
