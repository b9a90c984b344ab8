import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { StudyDocument } from "../../cli/studies/study-document.ts";
import { type CliWorld, startCliWorld } from "../support/cli-world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterEach(() => world.releaseAll());
afterAll(() => world.close());

/** Writes a study file of one task and gives its path. */
function studyFile(name: string, changes = "", seeds = "[1, 2]"): string {
  const file = join(temporaryFolder(), `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}\ntasks: [aime25]\nvariants:\n  base-model: { agent: base-model }\n  ft-agent: { agent: ft-agent }\nseeds: ${seeds}\nbudget: { iterations: 1 }\nconcurrency: 2\n${changes}`,
  );
  return file;
}

async function statusOf(name: string): Promise<StudyDocument> {
  return JSON.parse((await world.dojo("study", "status", name, "--json")).stdout) as StudyDocument;
}

test("study start follows the cells to their end, and status and show tell them again", async () => {
  world.follow({ score: (label) => (label === "baseline" ? 0.02 : 0.4) });
  const started = await world.dojo("study", "start", studyFile("whole"), "--json");
  expect(started.exitCode).toBe(0);
  const document = JSON.parse(started.stdout) as StudyDocument;
  expect(document.counts).toMatchObject({ completed: 4, waiting: 0 });
  expect(
    document.cells.map(({ variant, seed, iterations }) => [variant, seed, iterations]),
  ).toEqual([
    ["base-model", 1, 1],
    ["ft-agent", 1, 1],
    ["base-model", 2, 1],
    ["ft-agent", 2, 1],
  ]);
  expect(document.cells[1]).toMatchObject({
    run: "run/whole/aime25/ft-agent/s1",
    status: "completed",
    validation: { value: 0.4 },
    test: { value: 0.5 },
    earlier: [],
  });
  expect(started.stderr).toContain("aime25/ft-agent/s1 completed, test 0.500");
  expect(await statusOf("whole")).toEqual(document);
  expect(JSON.parse((await world.dojo("show", "study/whole", "--json")).stdout)).toEqual(document);
  const listed = await world.dojo("study", "status");
  expect(listed.stdout).toMatch(/study\/whole +\S+ \S+ +completed +4 +0 +0/);
});

test("study compare says which variant is better, on how many runs, and what was left out", async () => {
  world.follow({
    test: (run) => (run.includes("base-model") ? 0.2 : 0.5 + Number(run.at(-1)) / 100),
  });
  await world.dojo("study", "start", studyFile("judged", "", "[1, 2, 3]"), "--quiet");
  const compared = await world.dojo("study", "compare", "judged", "--json");
  expect(compared.exitCode).toBe(0);
  const document = JSON.parse(compared.stdout);
  expect(document.variants.map((each: { variant: string }) => each.variant)).toEqual([
    "ft-agent",
    "base-model",
  ]);
  expect(document.comparisons[0]).toMatchObject({
    a: "ft-agent",
    b: "base-model",
    difference: { value: expect.closeTo(0.32, 9), pairs: 3, tasks: 1, unit: "seeds" },
    improvement: { value: 1 },
  });
  expect(document.excluded).toEqual([]);
  const text = await world.dojo("study", "compare", "judged");
  expect(text.stdout).toMatch(/ft-agent − base-model +\+0\.320/);
});

test("a study that runs is paused, resumed, cancelled by the verbs of runs, and filled", async () => {
  world.follow({});
  world.hold("proposeStrategy it1");
  const started = await world.dojo("study", "start", studyFile("held"), "--detach");
  expect(started).toMatchObject({ exitCode: 0, stdout: "study/held\n" });
  await until(async () => (await statusOf("held")).counts.running === 2, "two runs");
  expect((await world.dojo("pause", "study/held")).exitCode).toBe(0);
  await until(async () => (await statusOf("held")).status === "paused", "the pause");
  expect((await world.dojo("resume", "study/held")).exitCode).toBe(0);
  await until(async () => (await statusOf("held")).status === "running", "its end");
  const cancelled = await world.dojo("cancel", "study/held");
  expect(cancelled.stdout).toContain("study/held cancelled; cancelled: run/held/aime25/");
  expect((await statusOf("held")).counts).toMatchObject({ cancelled: 2, waiting: 2 });
  world.releaseAll();
  const filled = await world.dojo("study", "fill", "held", "--json");
  const document = JSON.parse(filled.stdout) as StudyDocument;
  expect(document.counts).toMatchObject({ completed: 4, cancelled: 0 });
  expect(document.cells[0]).toMatchObject({
    run: "run/held/aime25/base-model/s1.2",
    earlier: [{ id: "run/held/aime25/base-model/s1", status: "cancelled" }],
  });
});

test("starting an edited file adds what is new and refuses what changes or goes", async () => {
  world.follow({});
  await world.dojo("study", "start", studyFile("grown", "", "[1]"), "--quiet");
  const more = await world.dojo("study", "start", studyFile("grown"), "--quiet", "--json");
  expect(more.stderr).toContain("4 cells, 2 of them new");
  expect((JSON.parse(more.stdout) as StudyDocument).counts.completed).toBe(4);
  const fewer = await world.dojo("study", "start", studyFile("grown", "", "[2]"));
  expect(fewer).toMatchObject({ exitCode: 2 });
  expect(fewer.stderr).toContain("cells can be added to a study, not removed");
  const other = await world.dojo(
    "study",
    "start",
    studyFile("grown", "budget: { iterations: 2 }\n"),
  );
  expect(other.exitCode).toBe(2);
});

test("watch --json tells a study's cells as events", async () => {
  world.follow({});
  await world.dojo("study", "start", studyFile("watched", "", "[1]"), "--detach");
  const watched = await world.dojo("watch", "study/watched", "--json", "--every", "0.1");
  expect(watched.exitCode).toBe(0);
  const events = watched.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ event: "closed", status: "completed" });
  expect(events).toContainEqual(
    expect.objectContaining({ event: "cell", cell: "aime25/ft-agent/s1", status: "completed" }),
  );
});

test("an unknown study ends with 3 and near names", async () => {
  const result = await world.dojo("study", "status", "whol");
  expect(result).toMatchObject({ exitCode: 3 });
  expect(result.stderr).toContain('no study is called "whol"; did you mean whole?');
});
