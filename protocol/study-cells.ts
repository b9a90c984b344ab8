import { parseRunId } from "./ids.ts";
import {
  CELL_LETTERS,
  CELL_STATES,
  type CellCounts,
  type CellState,
  type CellStates,
} from "./study.ts";
import { type Cell, cellKey, cellsOf, type StudySpec } from "./study-spec.ts";

const STATE_OF = new Map(CELL_STATES.map((state) => [CELL_LETTERS[state] as string, state]));

/** The cells of a study with their states: a table that a workflow can carry through ten thousand runs. */
export class StudyCells {
  readonly cells: readonly Cell[];
  readonly #states: CellState[];
  readonly #attempts: number[];
  readonly #at: ReadonlyMap<string, number>;
  /** No cell before this one waits. */
  #cursor = 0;

  /** @throws Error where the letters are not of this study */
  constructor(spec: StudySpec, known?: CellStates) {
    this.cells = cellsOf(spec);
    if (known !== undefined && known.letters.length !== this.cells.length) {
      throw new Error(`${known.letters.length} states for ${this.cells.length} cells`);
    }
    this.#states = this.cells.map((_, at) => STATE_OF.get(known?.letters[at] ?? ".") ?? "waiting");
    this.#attempts = this.cells.map((_, at) => known?.attempts[at] ?? 1);
    this.#at = new Map(this.cells.map((cell, at) => [cellKey(cell), at]));
  }

  encode(): CellStates {
    return {
      letters: this.#states.map((state) => CELL_LETTERS[state]).join(""),
      attempts: Object.fromEntries(
        this.#attempts.flatMap((attempt, at) => (attempt === 1 ? [] : [[at, attempt]])),
      ),
    };
  }

  counts(): CellCounts {
    const counts = { waiting: 0, running: 0, completed: 0, failed: 0, cancelled: 0 };
    for (const state of this.#states) counts[state] += 1;
    return counts;
  }

  state(at: number): CellState {
    return this.#states[at] ?? "waiting";
  }

  attempt(at: number): number {
    return this.#attempts[at] ?? 1;
  }

  set(at: number, state: CellState): void {
    this.#states[at] = state;
    if (state === "waiting") this.#cursor = Math.min(this.#cursor, at);
  }

  /** The first cell that waits, or null. */
  nextWaiting(): number | null {
    while (this.#cursor < this.#states.length && this.#states[this.#cursor] !== "waiting") {
      this.#cursor += 1;
    }
    return this.#cursor < this.#states.length ? this.#cursor : null;
  }

  running(): readonly number[] {
    return this.#states.flatMap((state, at) => (state === "running" ? [at] : []));
  }

  /** The cell of a run's id, where that is its latest attempt; null for any other id. */
  indexOf(id: string): number | null {
    const key = parseRunId(id);
    const at = key === null ? undefined : this.#at.get(cellKey(key));
    return at === undefined || key?.attempt !== this.#attempts[at] ? null : at;
  }

  /** Lets cells that infrastructure or an operator ended run again, as a new attempt. Gives how many. */
  refill(): number {
    let filled = 0;
    this.#states.forEach((state, at) => {
      if (state !== "failed" && state !== "cancelled") return;
      this.#attempts[at] = (this.#attempts[at] ?? 1) + 1;
      this.set(at, "waiting");
      filled += 1;
    });
    return filled;
  }

  /** The same states under an amended study, whose further cells wait. */
  under(spec: StudySpec): StudyCells {
    const next = new StudyCells(spec);
    next.cells.forEach((cell, at) => {
      const before = this.#at.get(cellKey(cell));
      if (before === undefined) return;
      next.#states[at] = this.state(before);
      next.#attempts[at] = this.attempt(before);
    });
    return next;
  }
}

/**
 * Why a study can't be amended so, in a sentence; null: it can. Cells may be added, and concurrency, priority and weight may
 * change; what exists keeps its settings and stays, or results would be chosen after they were seen.
 */
export function amendmentProblem(before: StudySpec, after: StudySpec): string | null {
  for (const old of before.variants) {
    const now = after.variants.find(({ variant }) => variant === old.variant);
    if (now !== undefined && !sameSettings(old, now)) {
      return `variant ${old.variant} has other settings than when the study began: give it another name, or start a study of another name`;
    }
  }
  const kept = new Set(cellsOf(after).map(cellKey));
  const lost = cellsOf(before)
    .map(cellKey)
    .find((key) => !kept.has(key));
  return lost === undefined
    ? null
    : `the cell ${lost} is no longer there: cells can be added to a study, not removed; start a study of another name`;
}

/** Timeouts are the infrastructure's and may differ. */
function sameSettings(a: StudySpec["variants"][number], b: StudySpec["variants"][number]): boolean {
  const settings = ({ timeouts: _, ...rest }: StudySpec["variants"][number]) => sorted(rest);
  return JSON.stringify(settings(a)) === JSON.stringify(settings(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
