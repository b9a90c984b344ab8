import { type Estimate, interquartileMean, probabilityOfImprovement } from "./across-tasks.ts";
import { holm } from "./holm.ts";
import { type PairedMean, pairedMean } from "./paired-means.ts";
import { pairsNeeded } from "./power.ts";
import { type SignTest, signTest } from "./sign-test.ts";

/** One cell of a study: the result of its latest attempt. */
export interface CellResult {
  readonly task: string;
  readonly variant: string;
  readonly seed: number;
  /** Test score; null: the cell has no result that counts, for the reason in `note`. */
  readonly score: number | null;
  /** Why it is left out (score null), or what is special about it (counted as the base model, say). */
  readonly note: string | null;
}

/** One variant over all its cells that count. */
export interface VariantSummary {
  readonly variant: string;
  /** Mean over tasks of the means over seeds. */
  readonly mean: number;
  readonly interquartileMean: Estimate;
  readonly tasks: number;
  readonly runs: number;
}

/** Two variants over the cells (task and seed) that both have. */
export interface VariantComparison {
  readonly a: string;
  readonly b: string;
  /** a less b. */
  readonly difference: PairedMean;
  /** The difference's p-value among all comparisons of the study, after Holm. */
  readonly adjustedP: number;
  /** Wins of a over b, by task (mean over seeds). */
  readonly byTask: SignTest;
  readonly improvement: Estimate;
  /** Seeds per task that would show a difference of `effect` on one task, given the scatter within tasks; null: can't be told. */
  readonly seedsNeeded: number | null;
}

/** What a study says. */
export interface StudyComparison {
  readonly variants: readonly VariantSummary[];
  readonly comparisons: readonly VariantComparison[];
  /** Cells without a result that counts, with the reason. */
  readonly excluded: readonly { readonly cell: string; readonly reason: string }[];
  /** Cells that count, with something to know about them. */
  readonly noted: readonly { readonly cell: string; readonly note: string }[];
  readonly effect: number;
}

/** Differences smaller than this are ties: scores are means over hundreds of items. */
const TIE = 1e-9;

/**
 * Compares the variants of a study on the test split. Every figure is over cells that count; nothing is left out silently.
 * Comparisons are paired by task and seed.
 */
export function compareStudy(
  cells: readonly CellResult[],
  { effect = 0.05, seed = 0 }: { readonly effect?: number; readonly seed?: number } = {},
): StudyComparison {
  const name = ({ task, variant, seed: each }: CellResult): string => `${task}/${variant}/s${each}`;
  const counted = cells.filter((cell): cell is Counted => cell.score !== null);
  const names = [...new Set(counted.map(({ variant }) => variant))];
  const of = (variant: string): Counted[] => counted.filter((cell) => cell.variant === variant);
  const variants = names
    .map((variant) => summarize(variant, of(variant), seed))
    .sort((x, y) => y.mean - x.mean);
  const order = variants.map(({ variant }) => variant);
  const pairs = order.flatMap((a, at) =>
    order.slice(at + 1).flatMap((b) => compare(a, b, { a: of(a), b: of(b) }, { effect, seed })),
  );
  const adjusted = holm(pairs.map(({ difference }) => difference.p));
  return {
    variants,
    comparisons: pairs.map((pair, at) => ({ ...pair, adjustedP: adjusted[at] ?? 1 })),
    excluded: cells
      .filter(({ score }) => score === null)
      .map((cell) => ({ cell: name(cell), reason: cell.note ?? "no score" })),
    noted: counted.flatMap((cell) =>
      cell.note === null ? [] : [{ cell: name(cell), note: cell.note }],
    ),
    effect,
  };
}

type Counted = CellResult & { readonly score: number };

function summarize(variant: string, cells: readonly Counted[], seed: number): VariantSummary {
  const byTask = scoresByTask(cells, [...new Set(cells.map(({ task }) => task))]);
  return {
    variant,
    mean: mean(byTask.map(mean)),
    interquartileMean: interquartileMean(byTask, seed),
    tasks: byTask.length,
    runs: cells.length,
  };
}

/** Nothing where the two share no cell. */
function compare(
  a: string,
  b: string,
  cells: { readonly a: readonly Counted[]; readonly b: readonly Counted[] },
  { effect, seed }: { readonly effect: number; readonly seed: number },
): readonly Omit<VariantComparison, "adjustedP">[] {
  const others = new Map(cells.b.map((cell) => [`${cell.task}/${cell.seed}`, cell.score]));
  const differences = cells.a.flatMap((cell) => {
    const other = others.get(`${cell.task}/${cell.seed}`);
    if (other === undefined) return [];
    const difference = cell.score - other;
    return [{ task: cell.task, difference: Math.abs(difference) < TIE ? 0 : difference }];
  });
  if (differences.length === 0) return [];
  const byTask = Map.groupBy(differences, ({ task }) => task);
  const taskMeans = [...byTask.values()].map((group) =>
    mean(group.map(({ difference }) => difference)),
  );
  const shared = [...byTask.keys()];
  const deviation = deviationWithin(
    [...byTask.values()].map((group) => group.map(({ difference }) => difference)),
  );
  return [
    {
      a,
      b,
      difference: pairedMean(differences, seed),
      byTask: signTest(taskMeans.map((each) => (Math.abs(each) < TIE ? 0 : each))),
      improvement: probabilityOfImprovement(
        scoresByTask(cells.a, shared),
        scoresByTask(cells.b, shared),
        seed,
      ),
      seedsNeeded: deviation === null ? null : pairsNeeded({ effect, deviation }),
    },
  ];
}

/** Pooled standard deviation of differences within tasks; null where no task has two. */
function deviationWithin(groups: readonly (readonly number[])[]): number | null {
  const free = groups.reduce((sum, group) => sum + group.length - 1, 0);
  if (free === 0) return null;
  const squares = groups.reduce((sum, group) => {
    const centre = mean(group);
    return sum + group.reduce((inner, each) => inner + (each - centre) ** 2, 0);
  }, 0);
  return Math.sqrt(squares / free);
}

function scoresByTask(cells: readonly Counted[], tasks: readonly string[]): readonly number[][] {
  return tasks.map((task) => cells.filter((cell) => cell.task === task).map(({ score }) => score));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
