import { z } from "zod";
import type { StudySpec } from "./study-spec.ts";

/** Names of signals, updates and queries of a study. */
export const STUDY_CONTROL = {
  runClosed: "runClosed",
  pause: "pause",
  resume: "resume",
  amend: "amend",
  fill: "fill",
  status: "status",
} as const;

/**
 * How a cell stands. `failed` and `cancelled` are infrastructure's or an operator's doing, and are what `fill` runs again; a
 * run whose candidates all failed is `completed`.
 */
export const CELL_STATES = ["waiting", "running", "completed", "failed", "cancelled"] as const;
export type CellState = (typeof CELL_STATES)[number];

/** How a study stands: `completed` when no cell waits or runs, whatever became of them. */
export type StudyStatus = "running" | "paused" | "completed" | "cancelled" | "failed";

/** Argument of the signal `runClosed`, which a run sends to its study. */
export const runClosedSchema = z.strictObject({
  id: z.string(),
  status: z.enum(["completed", "failed", "cancelled"]),
});
export type RunClosed = Readonly<z.infer<typeof runClosedSchema>>;

/** Cells by state. */
export const cellCountsSchema = z.record(z.enum(CELL_STATES), z.number().int().nonnegative());
export type CellCounts = Readonly<z.infer<typeof cellCountsSchema>>;

/**
 * States of all cells of a study in the order of `cellsOf`, one letter each ({@link CELL_LETTERS}), so that ten thousand fit
 * into a payload; and the number of the latest attempt where it is not 1.
 */
export interface CellStates {
  readonly letters: string;
  readonly attempts: Readonly<Record<number, number>>;
}

/** A letter per state. */
export const CELL_LETTERS = {
  waiting: ".",
  running: "r",
  completed: "c",
  failed: "f",
  cancelled: "x",
} as const satisfies Record<CellState, string>;

/** Answer of the query `status`. */
export interface StudyView {
  readonly name: string;
  readonly status: StudyStatus;
  readonly startedAt: string;
  readonly cells: number;
  readonly counts: CellCounts;
  readonly concurrency: number;
  /** Ids of the runs that are open. */
  readonly running: readonly string[];
}

/** A study as the store keeps it; written at its start, when it is amended, and at its end. */
export interface StudyRecord {
  readonly name: string;
  readonly spec: StudySpec;
  readonly status: StudyStatus;
  readonly startedAt: string;
  readonly closedAt: string | null;
  readonly counts: CellCounts;
}
