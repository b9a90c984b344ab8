import { expect, test } from "vitest";
import { readJunit, readVitest } from "./test-outcomes.ts";

test("vitest's report is read, a file that did not load counts as a failure", () => {
  const file = (name: string, status: string, tests: readonly [string, string][]): object => ({
    ...{ name: `/repository/tests/${name}`, status },
    assertionResults: tests.map(([fullName, outcome]) => ({ fullName, status: outcome })),
  });
  const report = JSON.stringify({
    testResults: [
      file("a.test.ts", "passed", [
        ["works", "passed"],
        ["needs a tool (not run: no tool)", "pending"],
      ]),
      file("b.test.ts", "failed", [["breaks", "failed"]]),
      file("c.test.ts", "failed", []),
    ],
  });
  expect(readVitest(report, "/repository")).toEqual([
    { name: "tests/a.test.ts: works", status: "passed", reason: null },
    { name: "tests/a.test.ts: needs a tool (not run: no tool)", status: "skipped", reason: null },
    { name: "tests/b.test.ts: breaks", status: "failed", reason: null },
    { name: "tests/c.test.ts", status: "failed", reason: null },
  ]);
});

test("pytest's report is read, with the reason of what was skipped", () => {
  const xml = `<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="4">
<testcase classname="tests.a" name="test_works" time="0.1" />
<testcase classname="tests.a" name="test_tool[&lt;x&gt;]" time="0.1"><skipped type="pytest.skip" message="no tool &amp; no hope">/x.py:1: no tool</skipped></testcase>
<testcase classname="tests.b" name="test_breaks" time="0.1"><failure message="assert 1 == 2">trace</failure></testcase>
<testcase classname="tests.b" name="test_fixture" time="0.1"><error message="boom">trace</error></testcase>
</testsuite></testsuites>`;
  expect(readJunit(xml)).toEqual([
    { name: "tests.a: test_works", status: "passed", reason: null },
    { name: "tests.a: test_tool[<x>]", status: "skipped", reason: "no tool & no hope" },
    { name: "tests.b: test_breaks", status: "failed", reason: null },
    { name: "tests.b: test_fixture", status: "failed", reason: null },
  ]);
});
