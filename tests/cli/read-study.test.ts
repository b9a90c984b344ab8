import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readStudy } from "../../cli/studies/read-study.ts";
import { loadConfig } from "../../config/load.ts";
import { cellsOf, type StudySpec } from "../../protocol/study-spec.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GOOD = `name: nightly
tasks: [aime25, financeiq]
variants:
  base: { agent: base-model }
  blind: { agent: ft-agent, ablate: [feedback] }
seeds: [1, 2]
`;

function plan(text: string): StudySpec {
  const file = join(temporaryFolder(), "study.yaml");
  writeFileSync(file, text);
  return readStudy(file).plan(loadConfig({ home: temporaryFolder() }), {});
}

test("a study file becomes cells, seed by seed, with the settings of each variant", () => {
  const spec = plan(
    `${GOOD}budget: { iterations: 3, maxUsd: 2 }\nexclude: [{ task: aime25, seed: 2 }]\n`,
  );
  expect(cellsOf(spec).map(({ task, variant, seed }) => `${task}/${variant}/${seed}`)).toEqual([
    "aime25/base/1",
    "aime25/blind/1",
    "financeiq/base/1",
    "financeiq/blind/1",
    "financeiq/base/2",
    "financeiq/blind/2",
  ]);
  expect(spec.variants[1]).toMatchObject({
    variant: "blind",
    agent: { name: "ft-agent", ablations: { feedback: true, memory: false } },
    budget: { iterations: 3, maxUsd: 2 },
  });
});

test("all tasks of the tier can be asked for", () => {
  const spec = plan(GOOD.replace("[aime25, financeiq]", "all"));
  expect(spec.tasks.length).toBeGreaterThan(4);
});

test.each([
  [
    "an unknown task",
    GOOD.replace("financeiq", "financeqi"),
    /study\.yaml:2: tasks\.1: no task is called "financeqi"; there is: /,
  ],
  [
    "a task twice",
    GOOD.replace("financeiq", "aime25"),
    /study\.yaml:2: tasks\.1: "aime25" stands there twice/,
  ],
  [
    "a seed twice",
    GOOD.replace("[1, 2]", "[1, 1]"),
    /study\.yaml:6: seeds\.1: 1 stands there twice/,
  ],
  ["no seeds", GOOD.replace("[1, 2]", "[]"), /study\.yaml:6: seeds: /],
  [
    "an unknown agent",
    GOOD.replace("base-model", "magic"),
    /study\.yaml:4: variants\.base\.agent: /,
  ],
  [
    "an unknown backbone",
    GOOD.replace("ft-agent,", "ft-agent, backbone: nobody,"),
    /study\.yaml:5: variants\.blind: no backbone is called "nobody"/,
  ],
  [
    "parts that the agent has not",
    GOOD.replace("base-model }", "base-model, ablate: [memory] }"),
    /study\.yaml:4: variants\.base: --ablate/,
  ],
  ["a negative budget", `${GOOD}budget: { maxUsd: -1 }\n`, /study\.yaml:7: budget\.maxUsd: /],
  [
    "a budget that leaves nothing to do",
    `${GOOD}budget: { iterations: 0 }\n`,
    /study\.yaml:7: budget\.iterations: no iterations leave ft-agent nothing to do/,
  ],
  [
    "an exclusion that fits nothing",
    `${GOOD}exclude: [{ task: pi4pc }]\n`,
    /study\.yaml:7: exclude\.0: names no cell/,
  ],
  [
    "a study without cells",
    `${GOOD}exclude: [{ seed: 1 }, { seed: 2 }]\n`,
    /study\.yaml:7: exclude: leaves no cell/,
  ],
  ["an unknown key", `${GOOD}retries: 3\n`, /study\.yaml:7: retries: no such key/],
  ["a name that no id can have", GOOD.replace("nightly", "Nightly Run"), /study\.yaml:1: name: /],
  ["no YAML", "name: [", /study\.yaml:1: no valid YAML/],
])("%s ends with file, line, path and reason", (_, text, message) => {
  expect(() => plan(text)).toThrow(message);
});
