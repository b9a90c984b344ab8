import { expect, test } from "vitest";
import { VERBS } from "../../cli/verbs.ts";
import { dojo } from "../support/dojo.ts";

test.each(Object.keys(VERBS))("%s --help shows an example", async (verb) => {
  const result = await dojo([verb, "--help"]);
  expect(result.exitCode).toBe(0);
  expect(result.stdout).toMatch(new RegExp(`Examples?:\\n {2}.*dojo ${verb}`));
  expect(result.stdout).toContain("--json");
});

test("--help lists every verb with its summary", async () => {
  const { stdout } = await dojo(["--help"]);
  for (const [name, verb] of Object.entries(VERBS)) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    expect(stdout.replace(/\s+/g, " ")).toContain(verb.summary);
  }
});
