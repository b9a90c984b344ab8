import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answersFolder } from "../../activities/eval/answers.ts";
import { agentView } from "../../activities/eval/audit-contamination.ts";
import { createEvalActivities } from "../../activities/eval/index.ts";
import type { ArtifactRef } from "../../protocol/artifact-ref.ts";
import { errorReportSchema, feedbackSchema } from "../../protocol/feedback.ts";
import type { Split } from "../../protocol/names.ts";
import { acceptanceSchema } from "../../protocol/run-spec.ts";
import { getItemScores } from "../../store/item-scores.ts";
import { someStatistics } from "../support/records.ts";
import { experimentKey, once, RUN, SPLITS, world } from "./world.ts";

const SUBJECT = { task: "aime25", tier: "mini" } as const;
const ACCEPTANCE = acceptanceSchema.parse({});

interface Item {
  readonly id: string;
  readonly gold: unknown;
}

/** A task made ready, with its answers at hand as no agent has them. */
async function prepared() {
  const place = await world();
  const activities = createEvalActivities(place);
  const task = await once(() => activities.prepareTask({ ...SUBJECT, baseModel: null }));
  const folder = answersFolder(place.config, { ...SUBJECT, dataSha256: task.dataSha256 });
  const lines = <T>(text: string) =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as T);
  const items = (split: Split) =>
    lines<Item>(readFileSync(join(folder, split, "items.jsonl"), "utf8"));
  const right = (split: Split, count: number) =>
    items(split)
      .slice(0, count)
      .map(({ id, gold }) => ({ id, text: `so \\boxed{${gold}}` }));
  const put = (values: readonly unknown[]) =>
    place.artifacts.putBytes(
      values.map((value) => `${JSON.stringify(value)}\n`).join(""),
      "application/jsonl",
    );
  return {
    ...place,
    activities,
    task,
    folder,
    items,
    right,
    put,
    read: async <T>(ref: ArtifactRef) =>
      lines<T>((await place.artifacts.readBytes(ref)).toString()),
    /** Scores an experiment whose first items of dev and validation are right; all others have no prediction. */
    score: async (
      label: string,
      correct: { dev: number; validation: number },
      compareWith: { parent?: string; best?: string; baseline?: string } = {},
    ) => {
      const predictions = await put(
        (["dev", "validation"] as const).flatMap((split) =>
          right(split, correct[split]).map(({ id, text }) => ({ id: `${split}:${id}`, text })),
        ),
      );
      const result = await once(() =>
        activities.scorePredictions({
          experiment: experimentKey(label),
          dataSha256: task.dataSha256,
          predictions,
          compareWith: { parent: null, best: null, baseline: null, ...compareWith },
          seed: 1,
        }),
      );
      if (!result.ok) throw new Error(result.failure.message);
      return result.value;
    },
  };
}

describe("preparing a task", () => {
  test("lets prompts of dev and validation out, and neither answers nor the test", async () => {
    const { task, read, items, artifacts, folder } = await prepared();
    const prompts = await read<{ id: string; prompt: string }>(task.prompts);
    expect(prompts).toHaveLength(SPLITS.dev + SPLITS.validation);
    expect(Object.keys(prompts[0] ?? {})).toEqual(["id", "prompt"]);
    const ids = (["dev", "validation"] as const).flatMap((split) =>
      items(split).map(({ id }) => `${split}:${id}`),
    );
    expect(prompts.map(({ id }) => id)).toEqual(ids);
    expect(items("test")).toHaveLength(SPLITS.test);
    const test = readFileSync(join(folder, "test", "prompts.jsonl"));
    const sha256 = createHash("sha256").update(test).digest("hex");
    const ref = { uri: `cas:${sha256}`, sha256, bytes: test.length, mediaType: "x" };
    expect(await artifacts.has(ref)).toBe(false);
    const raw = (await artifacts.readBytes(task.raw)).toString();
    expect(raw).not.toMatch(/items\.jsonl|prompts\.jsonl/);
  });

  test("is done once, however many runs ask at the same time", async () => {
    const place = await world();
    const { prepareTask } = createEvalActivities(place);
    const input = { ...SUBJECT, baseModel: null };
    const [one, other] = await Promise.all([
      once(() => prepareTask(input)),
      once(() => prepareTask(input)),
    ]);
    expect(one).toEqual(other);
    const answers = join(place.home, "answers", "mini", "aime25");
    expect(readdirSync(answers)).toEqual([one.dataSha256]);
    const config = { ...place.config, python: "/nowhere/python", origin: place.config.origin };
    const again = createEvalActivities({ ...place, config });
    expect(await once(() => again.prepareTask(input))).toEqual(one);
  });

  test.each([
    ["an unknown task", { task: "../math/aime25", tier: "mini", baseModel: null }, "TaskUnknown"],
    ["the full tier", { task: "aime25", tier: "full", baseModel: null }, "NotSupported"],
    ["an unknown base model", { ...SUBJECT, baseModel: "giant" }, "NotSupported"],
  ] as const)("refuses %s at once", async (_, input, type) => {
    const { prepareTask } = createEvalActivities(await world());
    await expect(once(() => prepareTask(input))).rejects.toMatchObject({
      type,
      nonRetryable: true,
    });
  });
});

describe("the contamination audit", () => {
  const clean = Array.from({ length: 90 }, (_, at) => ({
    prompt: `Name the capital city of country number ${at} on the list of ${at * 7 + 3} places.`,
    completion: "x",
  }));

  test("removes copies, sets 5% aside and shows dev alone in full", async () => {
    const { activities, task, put, read } = await prepared();
    const prompts = await read<{ id: string; prompt: string }>(task.prompts);
    const of = (split: string) => prompts.filter(({ id }) => id.startsWith(split));
    const copies = [...of("dev").slice(0, 1), ...of("validation").slice(0, 3)];
    const rows = [...clean, ...copies.map(({ prompt }) => ({ prompt, completion: "x" }))];
    const audit = async (showHeldOutMatches: boolean) => {
      const experiment = experimentKey();
      const { dataSha256 } = task;
      const data = await put(rows);
      return once(() =>
        activities.auditContamination({ experiment, dataSha256, data, showHeldOutMatches }),
      );
    };
    const shown = await audit(true);
    if (!shown.ok) throw new Error(shown.failure.message);
    const { train, holdout } = shown.value;
    const kept = [...(await read(train)), ...(await read(holdout))];
    const texts = (values: unknown[]) => values.map((value) => JSON.stringify(value)).sort();
    expect(texts(kept)).toEqual(texts(clean));
    expect(shown.value.audit).toMatchObject({ rows: 94, removed: 5, heldOutMatches: 4 });
    expect(shown.value.audit.devMatches).toMatchObject([{ row: 90, kind: "exact" }]);

    const hidden = await audit(false);
    expect(hidden).toMatchObject({
      ok: true,
      value: { audit: { removed: 1, heldOutMatches: null } },
    });
  });

  test("ends an experiment whose data is to a large part the benchmark", async () => {
    const { activities, task, put, read } = await prepared();
    const prompts = await read<{ id: string; prompt: string }>(task.prompts);
    const data = await put([
      ...clean.slice(0, 60),
      ...prompts.slice(-20).map(({ prompt }) => ({ prompt, completion: "x" })),
    ]);
    const { dataSha256 } = task;
    const result = await once(() =>
      activities.auditContamination({
        ...{ experiment: experimentKey(), dataSha256, data, showHeldOutMatches: true },
      }),
    );
    expect(result).toMatchObject({ ok: false, failure: { class: "contaminated" } });
    // Nothing that tells 20 from 19.
    expect(result.ok ? "" : result.failure.message).toBe(
      "more than 20% of the 80 rows copy items of dev, validation or test",
    );
  });

  test("tells the same view for any held-out count between two powers of two", () => {
    const view = (count: number) =>
      agentView(
        {
          rows: 1000,
          removed: count + 1,
          matches: [
            { row: 0, split: "dev", item: "d1", kind: "near" },
            ...Array.from({ length: count }, (_, at) => ({
              row: at + 1,
              split: at % 2 === 0 ? ("validation" as const) : ("test" as const),
              item: `i${at}`,
              kind: "exact",
            })),
          ],
        },
        true,
      );
    expect(view(0)).toMatchObject({ heldOutMatches: 0, removed: 1 });
    expect(view(1)).toMatchObject({ heldOutMatches: 1, removed: 2 });
    for (const count of [9, 12, 16]) {
      expect(view(count)).toEqual(view(10));
      expect(view(count)).toMatchObject({ heldOutMatches: 16, removed: 17 });
    }
    expect(view(17)).toMatchObject({ heldOutMatches: 32 });
  });
});

describe("scoring", () => {
  test("counts items without a prediction as wrong and keeps every item's score", async () => {
    const { score, db, items } = await prepared();
    const { benchmark } = await score("it01", { dev: 6, validation: 30 });
    expect(benchmark.validation).toMatchObject({ value: 0.75, n: SPLITS.validation });
    expect(benchmark.dev).toMatchObject({ value: 0.5, n: SPLITS.dev });
    expect(benchmark.validation.low).toBeLessThan(0.75);
    expect(benchmark.validation.high).toBeGreaterThan(0.75);
    const kept = await getItemScores(db, `${RUN}/it01`, "validation");
    expect(kept.map(({ item }) => item).sort()).toEqual(
      items("validation")
        .map(({ id }) => id)
        .sort(),
    );
    expect(kept.filter((row) => row.score === 1)).toHaveLength(30);
  });

  test("shows errors of dev alone, with prompt, prediction and answer cut short", async () => {
    const { activities, task, items, put, artifacts } = await prepared();
    const long = "never mind ".repeat(200);
    const predictions = await put([
      ...items("dev").map(({ id }) => ({ id: `dev:${id}`, text: long })),
      ...items("validation").map(({ id }) => ({ id: `validation:${id}`, text: "\\boxed{-1}" })),
    ]);
    const result = await once(() =>
      activities.scorePredictions({
        experiment: experimentKey(),
        dataSha256: task.dataSha256,
        predictions,
        compareWith: { parent: null, best: null, baseline: null },
        seed: 1,
      }),
    );
    if (!result.ok) throw new Error(result.failure.message);
    const report = await artifacts.readJson(result.value.errors, errorReportSchema);
    expect(report.classes).toEqual({ unparsed: SPLITS.dev });
    const dev = new Map(items("dev").map((item) => [item.id, item]));
    for (const { id, prompt, prediction, gold, error } of report.examples) {
      expect(String(dev.get(id)?.gold)).toBe(gold);
      expect(prompt).not.toBe("");
      expect(prediction).toBe(long.slice(0, 400));
      expect(error).toBe("unparsed");
    }
    expect(report.examples.length).toBeGreaterThan(2);
  });

  test("compares on validation with parent, best and baseline, as far as they are there", async () => {
    const { score } = await prepared();
    await score("baseline", { dev: 0, validation: 0 });
    await score("it01", { dev: 0, validation: 20 });
    const { benchmark } = await score(
      "it02",
      { dev: 0, validation: 30 },
      { best: `${RUN}/it01`, baseline: `${RUN}/baseline` },
    );
    expect(benchmark.deltas.parent).toBeNull();
    expect(benchmark.deltas.best).toMatchObject({ delta: 0.25, probability: 1 });
    expect(benchmark.deltas.baseline).toMatchObject({ delta: 0.75 });
  });

  test("gives the same result again after a worker died in between", async () => {
    const { score, db } = await prepared();
    const first = await score("it01", { dev: 3, validation: 7 });
    const rows = await getItemScores(db, `${RUN}/it01`, "validation");
    expect(await score("it01", { dev: 3, validation: 7 })).toEqual(first);
    expect(await getItemScores(db, `${RUN}/it01`, "validation")).toEqual(rows);
  });

  test("of a confirmation is averaged over its seeds; what was never scored can't be compared", async () => {
    const { score, activities } = await prepared();
    await score("baseline", { dev: 0, validation: 10 });
    await score("it01", { dev: 0, validation: 30 });
    await score("it01-c1", { dev: 0, validation: 20 });
    const compare = (candidate: readonly string[]) =>
      once(() =>
        activities.compareScores({
          runId: RUN,
          candidate: candidate.map((label) => `${RUN}/${label}`),
          incumbent: [`${RUN}/baseline`],
          acceptance: ACCEPTANCE,
          seed: 3,
        }),
      );
    expect(await compare(["it01", "it01-c1"])).toMatchObject({ delta: 0.375 });
    await expect(compare(["it01", "it09"])).rejects.toMatchObject({
      type: "DataDamaged",
      nonRetryable: true,
      message: expect.stringContaining("it09"),
    });
  });
});

describe("the held-out test", () => {
  const model = (letter: string) => letter.repeat(64);

  test("is opened for one model, scored once, and gives its first score ever after", async () => {
    const { activities, task, right, put, read } = await prepared();
    const subject = { runId: RUN, ...SUBJECT, dataSha256: task.dataSha256 };
    const open = (letter: string) =>
      once(() => activities.openTest({ ...subject, modelSha256: model(letter) }));
    const score = async (letter: string, correct: number) => {
      const predictions = await put(right("test", correct));
      return once(() =>
        activities.scoreTest({ ...subject, modelSha256: model(letter), predictions, seed: 1 }),
      );
    };
    await expect(score("a", 30)).rejects.toMatchObject({ type: "TestAlreadyOpened" });

    const opened = await open("a");
    if (opened.kind !== "opened") throw new Error("it was never opened before");
    const prompts = await read<{ id: string; prompt: string }>(opened.prompts);
    expect(prompts).toHaveLength(SPLITS.test);
    // A crash between opening and scoring.
    expect(await open("a")).toEqual(opened);
    await expect(open("b")).rejects.toMatchObject({
      type: "TestAlreadyOpened",
      nonRetryable: true,
    });
    await expect(score("b", 30)).rejects.toMatchObject({ type: "TestAlreadyOpened" });

    const scored = await score("a", 15);
    expect(scored.test).toMatchObject({ value: 0.5, n: SPLITS.test });
    expect(await score("a", 30)).toEqual(scored);
    expect(await open("a")).toEqual({ kind: "recorded", ...scored });
    await expect(open("b")).rejects.toMatchObject({ type: "TestAlreadyOpened" });
  });
});

describe("the feedback report", () => {
  test("holds the levels that were reached, and null for those after", async () => {
    const place = await world();
    const { aggregateFeedback } = createEvalActivities(place);
    const failure = {
      class: "code-raised" as const,
      message: "KeyError",
      exitCode: 1,
      traceback: "t",
    };
    const { feedback } = await once(() =>
      aggregateFeedback({
        experiment: experimentKey(),
        stage: "curateData",
        failure,
        secondsByStage: { checkSubmission: 0.1, curateData: 2 },
        protection: "bubblewrap",
        sample: someStatistics(),
        full: null,
        audit: null,
        training: null,
        benchmark: null,
        errors: null,
      }),
    );
    expect(await place.artifacts.readJson(feedback, feedbackSchema)).toEqual({
      experiment: `${RUN}/it01`,
      outcome: "failed",
      stage: "curateData",
      execution: {
        failure,
        secondsByStage: { checkSubmission: 0.1, curateData: 2 },
        protection: "bubblewrap",
      },
      data: { sample: someStatistics(), full: null, audit: null },
      training: null,
      benchmark: null,
      errors: null,
    });
  });
});
