import { CELL_STATES, type CellState } from "../../protocol/study.ts";
import { counted, durationText, scoreText } from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatTable } from "../terminal/table.ts";
import type { CellDocument, StudyDocument } from "./study-document.ts";

/** Name, state and cells by state, on one line. */
export function studyHeadline(study: StudyDocument, palette: Palette): string {
  const counts = CELL_STATES.filter((state) => study.counts[state] > 0)
    .map((state) => painted(state, palette)(`${study.counts[state]} ${state}`))
    .join(", ");
  return `${palette.bold(`study/${study.name}`)} · ${study.status} · ${counts} of ${counted(study.cells.length, "cell")}`;
}

/** A line per cell. */
export function cellLines(cells: readonly CellDocument[], palette: Palette): string[] {
  return formatTable(
    [
      { title: "cell" },
      { title: "state" },
      { title: "it", align: "right" },
      { title: "best on validation" },
      { title: "held-out test" },
      { title: "device", align: "right" },
      { title: "notes" },
    ],
    cells.map((cell) => [
      `${cell.task}/${cell.variant}/s${cell.seed}`,
      painted(cell.status, palette)(cell.status),
      cell.run === null ? "" : String(cell.iterations),
      cell.run === null ? "" : scoreText(cell.validation),
      cell.run === null ? "" : scoreText(cell.test),
      cell.gpuSeconds > 0 ? durationText(cell.gpuSeconds) : "",
      [
        ...cell.marks,
        ...(cell.earlier.length > 0 ? [counted(cell.earlier.length, "earlier attempt")] : []),
      ].join(", "),
    ]),
    palette.dim,
  );
}

/** The whole study: headline, cells, spending. */
export function studyLines(study: StudyDocument, palette: Palette): string[] {
  const { gpuSeconds, costUsd } = study.spent;
  return [
    studyHeadline(study, palette),
    "",
    ...cellLines(study.cells, palette),
    "",
    palette.dim(`spent: ${durationText(gpuSeconds)} of device time, ${costUsd.toFixed(2)} USD`),
  ];
}

/** What to do next. */
export function nextStudyCommand(study: StudyDocument): string {
  if (study.status === "running") return `dojo watch study/${study.name}`;
  if (study.status === "paused") return `dojo resume study/${study.name}`;
  const refill = study.counts.failed + study.counts.cancelled + study.counts.waiting;
  return refill > 0 ? `dojo study fill ${study.name}` : `dojo study compare ${study.name}`;
}

/** The colour of a cell's state. */
export function painted(state: CellState, palette: Palette): (text: string) => string {
  const plain = (text: string) => text;
  return {
    waiting: palette.dim,
    running: palette.cyan,
    completed: plain,
    failed: palette.red,
    cancelled: palette.yellow,
  }[state];
}
