import { expect, test } from "vitest";
import { resolveId } from "../../cli/runs/resolve-id.ts";

const KNOWN = [
  "run/local/aime25/ft-agent/s7",
  "run/local/aime25/ft-agent/s7/it01",
  "run/local/aime25/base-model/s7",
  "run/nightly/noc4pc/ft-agent/s1",
  "run/nightly/noc4pc/ft-agent/s10",
];

test.each([
  ["run/local/aime25/ft-agent/s7", "run/local/aime25/ft-agent/s7"],
  ["aime25/ft-agent/s7", "run/local/aime25/ft-agent/s7"],
  ["ft-agent/s7", "run/local/aime25/ft-agent/s7"],
  ["noc4pc/s1", "run/nightly/noc4pc/ft-agent/s1"],
  ["s10", "run/nightly/noc4pc/ft-agent/s10"],
  ["it01", "run/local/aime25/ft-agent/s7/it01"],
  ["s7/it01", "run/local/aime25/ft-agent/s7/it01"],
])("%s means %s", (typed, id) => {
  expect(resolveId(typed, KNOWN)).toBe(id);
});

test("what fits several is refused with all of them", () => {
  expect(() => resolveId("aime25/s7", KNOWN)).toThrow(
    /means several: .*ft-agent\/s7, .*base-model\/s7/,
  );
});

test.each(["gent/s7", "aime25", "s", "", "/", "run/local/aime25/ft-agent/s8"])(
  "%j is no id and no end of one",
  (typed) => {
    expect(() => resolveId(typed, KNOWN)).toThrow(expect.objectContaining({ exitCode: 3 }));
  },
);
