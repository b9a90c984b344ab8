import type { CellResult } from "../../statistics/study-comparison.ts";
import type { CellDocument, StudyDocument } from "./study-document.ts";

/**
 * What each cell counts in a comparison. A run that an infrastructure fault ended counts as the base model, so that a variant gains
 * nothing by failing where it is weak; steered and re-budgeted runs, and cells without an end, are left out and listed.
 */
export function studyResults(study: StudyDocument): readonly CellResult[] {
  const bases = baseScores(study);
  return study.cells.map((cell) => {
    const { task, variant, seed } = cell;
    return { task, variant, seed, ...counted(cell, bases.get(task) ?? null) };
  });
}

function counted(cell: CellDocument, base: number | null): Pick<CellResult, "score" | "note"> {
  if (cell.status === "waiting" || cell.status === "running") {
    return { score: null, note: cell.status };
  }
  if (cell.status === "cancelled") return { score: null, note: "cancelled by an operator" };
  const intervention = cell.marks.filter((mark) => mark === "steered" || mark === "rebudgeted");
  if (intervention.length > 0) return { score: null, note: intervention.join(", ") };
  if (cell.status === "failed" || cell.test === null) {
    return base === null
      ? { score: null, note: "failed, and no score of the base model is there to count instead" }
      : { score: base, note: "failed: counted as the base model" };
  }
  const note = cell.marks.includes("unprotected") ? "unprotected" : null;
  return { score: cell.test.value, note };
}

/** Score of the base model per task: on test where a run without any accepted submission has it, else its baseline on validation. */
function baseScores(study: StudyDocument): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { task, iterations, test, baseline } of study.cells) {
    if (test !== null && iterations === 0) found.set(task, test.value);
    else if (baseline !== null && !found.has(task)) found.set(task, baseline.value);
  }
  return found;
}
