import { duration, scoreWithInterval, total } from "./figures.ts";
import { runNames } from "./run-names.ts";
import type { RunReportData } from "./run-report-data.ts";
import { STAGE_LOOKS } from "./stage-look.ts";

/** How a scoreboard is shown. */
export interface ScoreboardOptions {
  /** Characters per line; reasons are cut to fit. @default 100 */
  readonly columns?: number;
  /** Emphasis for a terminal. @default none */
  readonly bold?: (text: string) => string;
}

/** Runs side by side for the terminal: test scores, then each run's iterations with decisions, then seconds per stage. */
export function scoreboard(
  runs: readonly RunReportData[],
  options: ScoreboardOptions = {},
): readonly string[] {
  const columns = options.columns ?? 100;
  const bold = options.bold ?? ((text: string) => text);
  const names = runNames(runs.map(({ run }) => run));
  const lines = align(
    ["", "test [95% interval]", "best validation", "base model", "iterations", "device", "marks"],
    runs.map(({ run, iterations }, index) => [
      names[index] ?? "",
      scoreWithInterval(run.test),
      scoreWithInterval(run.bestValidation),
      scoreWithInterval(run.baseline),
      String(iterations.length),
      duration(run.spent.gpuSeconds),
      marks(run),
    ]),
    bold,
  );
  for (const [index, data] of runs.entries()) {
    if (data.iterations.length > 0)
      lines.push("", ...iterationLines(data, names[index] ?? "", columns, bold));
  }
  const stages = STAGE_LOOKS.filter(({ stage }) =>
    runs.some(({ iterations }) =>
      iterations.some(({ record }) => (record.secondsByStage[stage] ?? 0) > 0),
    ),
  );
  if (stages.length > 0) {
    const rows = runs.flatMap((data, index) =>
      data.iterations.map(({ record }) => [
        `${names[index]} it ${record.index}`,
        ...stages.map(({ stage }) => (record.secondsByStage[stage] ?? 0).toFixed(1)),
        total(record.secondsByStage).toFixed(1),
      ]),
    );
    lines.push(
      "",
      ...align(["seconds", ...stages.map(({ label }) => label), "together"], rows, bold),
    );
  }
  return lines;
}

function iterationLines(
  data: RunReportData,
  name: string,
  columns: number,
  bold: (text: string) => string,
): string[] {
  const rows = data.iterations.map(({ record }) => {
    const verdict =
      record.outcome === "failed"
        ? "failed"
        : record.decision.accepted
          ? "accepted"
          : "not accepted";
    return [
      `it ${record.index}`,
      scoreWithInterval(record.validation),
      verdict,
      record.decision.reason,
    ];
  });
  return align([name, "validation", "", "why"], rows, bold).map((line) => cut(line, columns));
}

function marks(run: RunReportData["run"]): string {
  const found = [run.status === "completed" ? "" : run.status];
  if (run.protection === "unprotected") found.push("unprotected");
  if (run.steered) found.push("steered");
  if (run.rebudgeted) found.push("budget changed");
  return found.filter((mark) => mark !== "").join(", ");
}

function align(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  bold: (text: string) => string,
): string[] {
  const clean = rows.map((row) => row.map(printable));
  const widths = titles.map((title, index) =>
    Math.max(...[title, ...clean.map((row) => row[index] ?? "")].map((cell) => [...cell].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - [...cell].length))
      .join("  ")
      .trimEnd();
  return [bold(line(titles)), ...clean.map(line)];
}

/** One line without control characters: text of a model must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}

function cut(line: string, columns: number): string {
  const characters = [...line];
  // An emphasized heading is short and has escape sequences, which must stay whole.
  if (line.includes("\u001b") || characters.length <= columns) return line;
  return `${characters.slice(0, columns - 1).join("")}…`;
}
