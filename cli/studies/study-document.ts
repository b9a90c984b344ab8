import { parseRunId } from "../../protocol/ids.ts";
import type { Interval } from "../../protocol/interval.ts";
import type { RunRecord } from "../../protocol/records.ts";
import type { CellCounts, CellState, StudyRecord, StudyStatus } from "../../protocol/study.ts";
import { cellKey, cellsOf } from "../../protocol/study-spec.ts";

/** One cell with its runs: the latest attempt counts, the earlier ones stay listed. */
export interface CellDocument {
  readonly task: string;
  readonly variant: string;
  readonly seed: number;
  readonly status: CellState;
  /** Id of the latest attempt; null: never started. */
  readonly run: string | null;
  readonly iterations: number;
  readonly baseline: Interval | null;
  readonly validation: Interval | null;
  readonly test: Interval | null;
  readonly gpuSeconds: number;
  readonly costUsd: number;
  /** `steered`, `rebudgeted`, `unprotected`. */
  readonly marks: readonly string[];
  readonly earlier: readonly { readonly id: string; readonly status: string }[];
}

/** `dojo study status --json`, and `dojo show study/NAME --json`. */
export interface StudyDocument {
  readonly name: string;
  readonly status: StudyStatus;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly concurrency: number;
  readonly counts: CellCounts;
  readonly spent: { readonly gpuSeconds: number; readonly costUsd: number };
  readonly cells: readonly CellDocument[];
}

/** Lays a study's runs, as the store has them, over its cells. `status`: of the living workflow, where it answered. */
export function studyDocument(
  study: StudyRecord,
  runs: readonly RunRecord[],
  iterations: ReadonlyMap<string, number>,
  status: StudyStatus | null,
): StudyDocument {
  const byCell = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = parseRunId(run.id);
    if (key === null) continue;
    const list = byCell.get(cellKey(key)) ?? [];
    list.push(run);
    byCell.set(cellKey(key), list);
  }
  const attempt = (run: RunRecord) => parseRunId(run.id)?.attempt ?? 0;
  const cells = cellsOf(study.spec).map((cell): CellDocument => {
    const attempts = (byCell.get(cellKey(cell)) ?? []).sort((a, b) => attempt(b) - attempt(a));
    const [run, ...earlier] = attempts;
    return {
      ...cell,
      status: run?.status ?? "waiting",
      run: run?.id ?? null,
      iterations: run === undefined ? 0 : (iterations.get(run.id) ?? 0),
      baseline: run?.baseline ?? null,
      validation: run?.bestValidation ?? run?.baseline ?? null,
      test: run?.test ?? null,
      gpuSeconds: attempts.reduce((sum, each) => sum + each.spent.gpuSeconds, 0),
      costUsd: attempts.reduce((sum, each) => sum + each.spent.usage.costUsd, 0),
      marks: run === undefined ? [] : marksOf(run),
      earlier: earlier.map(({ id, status: ended }) => ({ id, status: ended })),
    };
  });
  const counts = { waiting: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
  for (const cell of cells) counts[cell.status] += 1;
  return {
    name: study.name,
    status: status ?? study.status,
    startedAt: study.startedAt,
    closedAt: study.closedAt,
    concurrency: study.spec.concurrency,
    counts,
    spent: {
      gpuSeconds: cells.reduce((sum, cell) => sum + cell.gpuSeconds, 0),
      costUsd: cells.reduce((sum, cell) => sum + cell.costUsd, 0),
    },
    cells,
  };
}

function marksOf(run: RunRecord): string[] {
  return [
    ...(run.steered ? ["steered"] : []),
    ...(run.rebudgeted ? ["rebudgeted"] : []),
    ...(run.protection === "unprotected" ? ["unprotected"] : []),
  ];
}
