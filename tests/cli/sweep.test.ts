import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Judgement } from "../../protocol/sweep.ts";
import { type CliWorld, startCliWorld } from "../support/cli-world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/until.ts";

let world: CliWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterEach(() => world.releaseAll());
afterAll(() => world.close());

/** Writes a sweep file whose nights have five cells, and gives its path. */
function sweepFile(name: string, changes: { cron?: string; gate?: string } = {}): string {
  const file = join(temporaryFolder(), `${name}.yaml`);
  writeFileSync(
    file,
    `name: ${name}
schedule: { cron: "${changes.cron ?? "0 2 1 1 *"}", timezone: Europe/Berlin }
study:
  tasks: [aime25]
  variants:
    base-model: { agent: base-model }
  seeds: [1, 2, 3, 4, 5]
  budget: { iterations: 0 }
  concurrency: 5
gate: { effect: 0.05, level: 0.05${changes.gate ?? ""} }
`,
  );
  return file;
}

/** Begins a night and gives the gate's verdict on it, with the exit code. */
async function night(sweep: string, ...more: string[]) {
  expect((await world.dojo("sweep", "trigger", sweep)).exitCode).toBe(0);
  const done = await world.dojo("sweep", "gate", sweep, "--wait", "--json", ...more);
  return { exitCode: done.exitCode, judgement: JSON.parse(done.stdout) as Judgement };
}

const scores = (base: number, spread = 0) => ({
  test: (run: string) => base + spread * (Number(run.at(-1)) - 3),
});

test("nights are judged against the accepted nights before them", async () => {
  const told: Judgement[] = [];
  const webhook = await receiver(told);
  expect(
    (await world.dojo("sweep", "create", sweepFile("judged", { gate: `, webhook: "${webhook}"` })))
      .exitCode,
  ).toBe(0);

  world.follow(scores(0.7));
  const first = await night("judged");
  expect(first).toMatchObject({ exitCode: 0, judgement: { verdict: "first", difference: null } });

  world.follow(scores(0.7, 0.01));
  const noise = await night("judged");
  expect(noise).toMatchObject({ exitCode: 0, judgement: { verdict: "pass" } });
  expect(noise.judgement.baseline).toEqual([first.judgement.study]);
  expect(told).toEqual([]);

  world.follow(scores(0.6, 0.01));
  const folder = temporaryFolder();
  const [junit, markdown] = [join(folder, "gate.xml"), join(folder, "gate.md")];
  const worse = await night("judged", "--junit", junit, "--markdown", markdown);
  expect(worse).toMatchObject({ exitCode: 5, judgement: { verdict: "regression" } });
  expect(worse.judgement.baseline).toHaveLength(2);
  expect(worse.judgement.difference).toMatchObject({ n: 5, pLoss: 1 / 32 });
  expect(worse.judgement.comparisons).toMatchObject([
    { task: "aime25", variant: "base-model", seeds: 5 },
  ]);
  expect(readFileSync(junit, "utf8")).toMatch(
    /<testsuite name="sweep judged" tests="1" failures="1"/,
  );
  expect(readFileSync(markdown, "utf8")).toContain("| aime25 | base-model | 5 | 0.700 | 0.600 |");
  expect(told).toEqual([worse.judgement]);

  world.follow(scores(0.8));
  const better = await night("judged");
  expect(better).toMatchObject({ exitCode: 0, judgement: { verdict: "gain" } });
  // The refused night did not join the baseline.
  expect(better.judgement.baseline).not.toContain(worse.judgement.study);

  const shown = JSON.parse((await world.dojo("sweep", "show", "judged", "--json")).stdout);
  expect(shown.nights.map((each: { judgement: Judgement }) => each.judgement.verdict)).toEqual([
    "gain",
    "regression",
    "pass",
    "first",
  ]);
  const again = await world.dojo("sweep", "gate", "judged", "--night", worse.judgement.study);
  expect(again).toMatchObject({ exitCode: 5 });
  expect(again.stdout).toContain("worse than the baseline: -0.100");
});

test("a night with missing runs is refused, whatever the others scored", async () => {
  await world.dojo("sweep", "create", sweepFile("holes"));
  world.hold("prepareTask run");
  await world.dojo("sweep", "trigger", "holes");
  const study = await until(async () => {
    const { nights } = JSON.parse((await world.dojo("sweep", "show", "holes", "--json")).stdout);
    return nights[0]?.study as string | undefined;
  }, "the night");
  const run = `run/${study}/aime25/base-model/s2`;
  await until(async () => (await world.dojo("cancel", run)).exitCode === 0, "a cancelled run");
  world.releaseAll();
  const refused = await world.dojo("sweep", "gate", "holes", "--wait", "--json");
  expect(refused.exitCode).toBe(5);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    verdict: "incomplete",
    missing: [
      { cell: "aime25/base-model/s2", reason: expect.stringContaining("its run cancelled") },
    ],
  });
});

test("a sweep is listed, paused with a reason, and deleted", async () => {
  const made = await world.dojo("sweep", "create", sweepFile("kept"), "--json");
  expect(JSON.parse(made.stdout)).toMatchObject({
    name: "kept",
    timezone: "Europe/Berlin",
    overlap: "skip",
    paused: false,
    next: expect.arrayContaining([expect.stringMatching(/-01-01T01:00:00/)]),
  });
  const again = await world.dojo("sweep", "create", sweepFile("kept"));
  expect(again).toMatchObject({ exitCode: 2 });
  expect(again.stderr).toContain("the sweep kept exists already");
  await world.dojo("sweep", "pause", "kept", "--reason", "driver upgrade");
  const listed = await until(async () => {
    const { stdout } = await world.dojo("sweep", "list");
    return stdout.includes("paused: driver upgrade") ? stdout : null;
  }, "the pause in the list");
  expect(listed).toContain("kept");
  expect((await world.dojo("sweep", "unpause", "kept")).stdout).toContain("next night");
  expect((await world.dojo("sweep", "delete", "kept")).exitCode).toBe(0);
  const gone = await world.dojo("sweep", "show", "kept");
  expect(gone).toMatchObject({ exitCode: 3 });
  expect(gone.stderr).toContain('no sweep is called "kept"');
});

test("nights of a time that has passed are run in their order", async () => {
  world.follow(scores(0.7));
  await world.dojo("sweep", "create", sweepFile("late", { cron: "0 2 * * *" }));
  const begun = await world.dojo(
    ...[
      "sweep",
      "backfill",
      "late",
      "--from",
      "2026-01-01T00:00:00Z",
      "--to",
      "2026-01-03T00:00:00Z",
    ],
  );
  expect(begun.exitCode).toBe(0);
  const studies = await until(async () => {
    const { nights } = JSON.parse((await world.dojo("sweep", "show", "late", "--json")).stdout);
    const judged = nights.filter((each: { judgement: unknown }) => each.judgement !== null);
    return judged.length === 2 ? judged.map((each: { study: string }) => each.study) : null;
  }, "two nights");
  expect(studies).toEqual(["late-20260102t010000z", "late-20260101t010000z"]);
});

test.each([
  [
    "a cron that never fires",
    { cron: "0 0 30 2 *" },
    /:2: schedule\.cron: "0 0 30 2 \*" never fires/,
  ],
  ["a cron that is none", { cron: "every night" }, /:2: schedule\.cron: "every night"/],
  ["an empty window", { gate: ", window: 0" }, /gate\.window: /],
  [
    "a minimum beyond the window",
    { gate: ", window: 2, minimumNights: 3" },
    /gate\.minimumNights: is more than the window/,
  ],
  [
    "a variant that is not there",
    { gate: ", variants: [ft-agent]" },
    /gate\.variants\.0: is no variant of the study/,
  ],
])("%s is refused, and nothing is left behind", async (_, changes, message) => {
  const result = await world.dojo("sweep", "create", sweepFile("broken", changes));
  expect(result).toMatchObject({ exitCode: 2 });
  expect(result.stderr).toMatch(message);
  expect(result.stderr.trim().split("\n")).toHaveLength(1);
  expect((await world.dojo("sweep", "show", "broken")).exitCode).toBe(3);
});

/** A webhook that keeps what it is told. */
async function receiver(told: Judgement[]): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      told.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
