import type { Kysely } from "kysely";
import { parseRunId } from "../../protocol/ids.ts";
import type { RunRecord } from "../../protocol/records.ts";
import type { StudyRecord } from "../../protocol/study.ts";
import { type Cell, cellKey, cellsOf } from "../../protocol/study-spec.ts";
import { isAccepted, type Judgement } from "../../protocol/sweep.ts";
import type { GateSettings } from "../../protocol/sweep-spec.ts";
import {
  type GateFinding,
  regressionGate,
  WANTED_POWER,
} from "../../statistics/regression-gate.ts";
import { listNights } from "../../store/nights.ts";
import { listRuns } from "../../store/runs.ts";
import type { Database } from "../../store/schema.ts";
import { getStudy } from "../../store/studies.ts";

/** More runs than any study has. */
const ALL = 1_000_000;

/** A night to judge. */
export interface NightToJudge {
  readonly sweep: string;
  readonly study: string;
  readonly gate: GateSettings;
}

/**
 * Judges a night against the accepted nights before it: missing runs are a no whatever the others scored; else paired differences
 * on the test split, cell by cell.
 */
export async function judgeNight(db: Kysely<Database>, night: NightToJudge): Promise<Judgement> {
  const { sweep, study, gate } = night;
  const judged = { sweep, study, effect: gate.effect, level: gate.level };
  const nothing = { difference: null, baseline: [], missing: [], comparisons: [] };
  const record = await getStudy(db, study);
  if (record === null) {
    const reason = "the night's study was never recorded";
    return { ...judged, ...nothing, verdict: "incomplete", reason };
  }
  const cells = cellsOf(record.spec).filter(
    ({ variant }) => gate.variants?.includes(variant) ?? true,
  );
  const scores = await testScores(db, record);
  const missing = cells.flatMap((cell) => {
    const found = scores.get(cellKey(cell));
    const reason = found === undefined ? "it was never started" : found.problem;
    return reason === null ? [] : [{ cell: cellKey(cell), reason }];
  });
  if (missing.length > 0) {
    const reason = `${missing.length} of ${cells.length} cells have no result that counts; fill them with \`dojo study fill ${study}\` and judge the next night`;
    return { ...judged, ...nothing, missing, verdict: "incomplete", reason };
  }
  const earlier = await acceptedBefore(db, night, record);
  const first = (reason: string): Judgement => ({
    ...judged,
    ...nothing,
    verdict: "first",
    reason,
  });
  if (earlier.length < gate.minimumNights) {
    return first(
      `${earlier.length} accepted nights before it, ${gate.minimumNights} are needed for a comparison: accepted as baseline`,
    );
  }
  const pairs = pairsOf(
    cells,
    scores,
    await Promise.all(earlier.map((each) => testScores(db, each))),
  );
  if (pairs.length === 0)
    return first("no cell of it was in the nights before: accepted as baseline");
  const finding = regressionGate(pairs, gate);
  return {
    ...judged,
    verdict: finding.verdict,
    reason: reasonOf(finding, gate),
    difference: {
      ...finding.difference,
      n: finding.n,
      pLoss: finding.test.less,
      pGain: finding.test.greater,
    },
    baseline: earlier.map(({ name }) => name),
    missing: [],
    comparisons: comparisonsOf(pairs),
  };
}

/** A cell's latest attempt: its test score, or why it has none that counts. */
interface CellScore {
  readonly value: number;
  readonly problem: string | null;
}

async function testScores(
  db: Kysely<Database>,
  study: StudyRecord,
): Promise<ReadonlyMap<string, CellScore>> {
  const latest = new Map<string, { attempt: number; run: RunRecord }>();
  for (const run of await listRuns(db, { study: study.name, limit: ALL })) {
    const key = parseRunId(run.id);
    if (key === null) continue;
    const before = latest.get(cellKey(key));
    if (before === undefined || before.attempt < key.attempt) {
      latest.set(cellKey(key), { attempt: key.attempt, run });
    }
  }
  return new Map([...latest].map(([key, { run }]) => [key, scoreOf(run)]));
}

function scoreOf(run: RunRecord): CellScore {
  const value = run.test?.value ?? 0;
  if (run.status !== "completed") {
    return { value, problem: `its run ${run.status}: ${run.stopReason ?? "no reason told"}` };
  }
  if (run.test === null) return { value, problem: "its run has no test score" };
  if (run.steered) return { value, problem: "its run was steered" };
  if (run.rebudgeted) return { value, problem: "its run's budget was changed" };
  return { value, problem: null };
}

/** Studies of the accepted nights before this one, the latest first, as many as the window holds. */
async function acceptedBefore(
  db: Kysely<Database>,
  { sweep, study, gate }: NightToJudge,
  record: StudyRecord,
): Promise<readonly StudyRecord[]> {
  const nights = await listNights(db, sweep);
  const at = nights.find((night) => night.study === study)?.startedAt ?? record.startedAt;
  const accepted = nights.filter(
    (night) =>
      night.startedAt < at && night.judgement !== null && isAccepted(night.judgement.verdict),
  );
  const studies = await Promise.all(
    accepted.slice(0, gate.window).map((night) => getStudy(db, night.study)),
  );
  return studies.filter((each) => each !== null);
}

type Pair = Cell & { readonly night: number; readonly baseline: number };

/** Each cell beside the mean of the nights that have it. */
function pairsOf(
  cells: readonly Cell[],
  night: ReadonlyMap<string, CellScore>,
  baseline: readonly ReadonlyMap<string, CellScore>[],
): readonly Pair[] {
  return cells.flatMap((cell) => {
    const own = night.get(cellKey(cell));
    const before = baseline
      .map((scores) => scores.get(cellKey(cell)))
      .filter((each) => each !== undefined && each.problem === null)
      .map((each) => each?.value ?? 0);
    if (own === undefined || before.length === 0) return [];
    return [{ ...cell, night: own.value, baseline: mean(before) }];
  });
}

function comparisonsOf(pairs: readonly Pair[]): Judgement["comparisons"] {
  const groups = Map.groupBy(pairs, ({ task, variant }) => `${task}/${variant}`);
  return [...groups.values()].map((group) => {
    const night = mean(group.map((pair) => pair.night));
    const baseline = mean(group.map((pair) => pair.baseline));
    const [{ task = "", variant = "" } = {}] = group;
    return { task, variant, seeds: group.length, baseline, night, difference: night - baseline };
  });
}

function reasonOf(finding: GateFinding, gate: GateSettings): string {
  const { difference, test, n, power, pairsNeeded } = finding;
  const figures = `${signed(difference.value)} [${signed(difference.low)}, ${signed(difference.high)}] over ${n} cells`;
  const weak =
    power >= WANTED_POWER
      ? ""
      : `; a loss of ${gate.effect} would be noticed with probability ${power.toFixed(2)} only${pairsNeeded === null ? ": add seeds or tasks" : `: ${pairsNeeded} cells would give ${WANTED_POWER}`}`;
  switch (finding.verdict) {
    case "regression":
      return `worse than the baseline: ${figures}, p ${test.less.toFixed(4)} (at most ${gate.level})`;
    case "gain":
      return `better than the baseline: ${figures}, p ${test.greater.toFixed(4)}`;
    case "pass":
      return `no loss beyond noise: ${figures}, p ${test.less.toFixed(3)}${weak}`;
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
