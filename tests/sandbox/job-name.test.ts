import { expect, test } from "vitest";
import { jobName } from "../../sandbox/job-name.ts";

const KEY = {
  stackId: "a1b2",
  runId: "run/nightly 7/aime25/ft-agent/s1",
  label: "it03-r1",
  stage: "trainModel",
  inputs: ["aa", "bb"],
  image: "trainer@1",
  limits: { memoryBytes: 1, cpuSeconds: null, processes: 2, outputBytes: 3, deadlineMs: 4 },
};

test("a job's name is readable and fits a path", () => {
  expect(jobName(KEY).name).toMatch(
    /^a1b2\.run-nightly-7-aime25-ft-agent-s1\.it03-r1\.train-model-[0-9a-f]{16}$/,
  );
});

test("names stay within bounds and apart, whatever the ids are", () => {
  const ids = ["x".repeat(400), `${"x".repeat(400)}y`, "..", "ÄÖ", "", "/", "A", "a"];
  const names = ids.map((runId) => jobName({ ...KEY, runId, stackId: ".." }).name);
  for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9._-]{0,149}$/);
  expect(new Set(names).size).toBe(ids.length);
});

test("the same work has the same name and digest, other work another", () => {
  const one = jobName(KEY);
  expect(jobName(structuredClone(KEY))).toEqual(one);
  const others = [
    { ...KEY, stackId: "other" },
    { ...KEY, label: "it03" },
    { ...KEY, stage: "probeTraining" },
    { ...KEY, inputs: ["bb", "aa"] },
    { ...KEY, image: "trainer@2" },
    { ...KEY, limits: { ...KEY.limits, deadlineMs: 5 } },
  ].map(jobName);
  expect(new Set([one, ...others].map(({ name }) => name)).size).toBe(7);
  expect(others[2]?.digest).not.toBe(undefined);
  expect(new Set(others.slice(3).map(({ digest }) => digest)).add(one.digest).size).toBe(4);
});
