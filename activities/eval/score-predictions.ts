import { z } from "zod";
import type { EvalActivities } from "../../protocol/activities.ts";
import type { ErrorReport } from "../../protocol/feedback.ts";
import type { Interval, PairedDelta } from "../../protocol/interval.ts";
import type { StageCost } from "../../protocol/stage.ts";
import { pairedBootstrap } from "../../statistics/paired-bootstrap.ts";
import { getItemScores, type ItemScore, putItemScores } from "../../store/item-scores.ts";
import { answersFolder } from "./answers.ts";
import { readDevExamples } from "./dev-examples.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { definedSubmetrics, type ScoreDocument, scoreSplit } from "./score-split.ts";

const predictionSchema = z.object({ id: z.string(), text: z.string() });
type Prediction = z.infer<typeof predictionSchema>;
const drawnSchema = z.looseObject({ id: z.string() });
type Drawn = z.infer<typeof drawnSchema>;

/** Wrong answers that the feedback shows, and characters of each text. */
const EXAMPLES = 8;
const EXAMPLE_CHARACTERS = 400;

/** Stage 6: scores dev and validation, keeps the score of each item in the store, compares on validation. */
export async function scorePredictions(
  deps: EvalDeps,
  input: Parameters<EvalActivities["scorePredictions"]>[0],
): ReturnType<EvalActivities["scorePredictions"]> {
  const { experiment, dataSha256, compareWith, seed } = input;
  const { task, tier } = experiment;
  const began = performance.now();
  const folder = answersFolder(deps.config, { ...experiment, dataSha256 });
  const predictions = await readPredictions(deps, input.predictions);
  const drawn = input.drawn === undefined ? null : await readDrawn(deps, input.drawn);
  const score = async (split: "dev" | "validation") => {
    const own = <Row extends { readonly id: string }>(rows: readonly Row[]): Row[] =>
      rows
        .filter(({ id }) => id.startsWith(`${split}:`))
        .map((row) => ({ ...row, id: row.id.slice(split.length + 1) }));
    const answered = own(predictions);
    const { runId, label } = experiment;
    const what = {
      ...{ runId, label, task, tier, dataSha256, split, predictions: answered, seed },
      drawn: drawn === null ? null : own(drawn),
    };
    const document = await scoreSplit(deps, what);
    const scores = itemScores(document);
    return { document, scores };
  };
  const [dev, validation] = await Promise.all([score("dev"), score("validation")]);
  await putItemScores(deps.db, experiment.experimentId, "dev", dev.scores);
  await putItemScores(deps.db, experiment.experimentId, "validation", validation.scores);

  const mine = await getItemScores(deps.db, experiment.experimentId, "validation");
  const against = async (other: string | null): Promise<PairedDelta | null> => {
    if (other === null) return null;
    const theirs = await getItemScores(deps.db, other, "validation");
    const known = new Set(theirs.map(({ item }) => item));
    if (theirs.length !== mine.length || mine.some(({ item }) => !known.has(item))) return null;
    return pairedBootstrap({ candidate: mine, incumbent: theirs }, { seed });
  };
  const cost: StageCost = {
    wallSeconds: (performance.now() - began) / 1000,
    cpuSeconds: 0,
    gpuSeconds: 0,
  };
  const errors = await errorReport(folder, dev.document, predictions);
  return {
    ok: true,
    value: {
      benchmark: {
        metric: validation.document.metric.name,
        validation: intervalOf(validation.document),
        dev: intervalOf(dev.document),
        submetrics: definedSubmetrics(validation.document),
        deltas: {
          parent: await against(compareWith.parent),
          best: await against(compareWith.best),
          baseline: await against(compareWith.baseline),
        },
      },
      errors: await deps.artifacts.putJson(errors),
    },
    cost,
    protection: "none",
  };
}

/** Predictions of an artifact. */
export async function readPredictions(
  deps: Pick<EvalDeps, "artifacts">,
  ref: Parameters<EvalDeps["artifacts"]["readBytes"]>[0],
): Promise<Prediction[]> {
  const text = (await deps.artifacts.readBytes(ref)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => predictionSchema.parse(JSON.parse(line)));
}

/** What predictions drew: a line each; the scorer alone looks into it. */
export async function readDrawn(
  deps: Pick<EvalDeps, "artifacts">,
  ref: Parameters<EvalDeps["artifacts"]["readBytes"]>[0],
): Promise<Drawn[]> {
  const text = (await deps.artifacts.readBytes(ref)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => drawnSchema.parse(JSON.parse(line)));
}

/** Scores of a split's items for the store, with their clusters; items that cannot be judged are left out. */
export function itemScores({ items }: ScoreDocument): ItemScore[] {
  return items.flatMap(({ id, subtask, cluster, score, error }) =>
    score === null ? [] : [{ item: id, subtask, cluster: cluster ?? null, score, error }],
  );
}

/** The metric's interval without its name. */
export function intervalOf({ metric }: ScoreDocument): Interval {
  const { value, low, high, n } = metric;
  return { value, low, high, n };
}

/** L4: error classes over dev, with examples from dev alone; one of each class first. */
async function errorReport(
  folder: string,
  dev: ScoreDocument,
  predictions: readonly Prediction[],
): Promise<ErrorReport> {
  const texts = new Map(predictions.map(({ id, text }) => [id, text]));
  const known = await readDevExamples(folder);
  const classes: Record<string, number> = {};
  const wrong = dev.items.flatMap(({ id, error }) => (error === null ? [] : [{ id, error }]));
  for (const { error } of wrong) classes[error] = (classes[error] ?? 0) + 1;
  const firsts = wrong.filter(
    ({ error }, at) => wrong.findIndex((each) => each.error === error) === at,
  );
  const rest = wrong.filter((each) => !firsts.includes(each));
  return {
    classes,
    examples: [...firsts, ...rest].slice(0, EXAMPLES).map(({ id, error }) => {
      const { prompt, gold } = known.get(id) ?? { prompt: "", gold: null };
      return {
        id,
        prompt: cut(prompt),
        prediction: cut(texts.get(`dev:${id}`) ?? ""),
        gold: cut(typeof gold === "string" ? gold : JSON.stringify(gold ?? null)),
        error,
      };
    }),
  };
}

function cut(text: string): string {
  return text.slice(0, EXAMPLE_CHARACTERS);
}
