import { stripVTControlCharacters } from "node:util";

/** One column: its heading and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Aligned lines: a heading and a line per row, two spaces between columns, nothing after the last cell. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string = (text) => text,
): string[] {
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => width(row[index] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map((column, index) => pad(cells[index] ?? "", widths[index] ?? 0, column.align ?? "left"))
      .join("  ")
      .trimEnd();
  return [heading(line(titles)), ...rows.map(line)];
}

/** `key  value` lines with the values below each other. */
export function formatPairs(
  pairs: readonly (readonly [string, string])[],
  label: (text: string) => string = (text) => text,
): string[] {
  const longest = Math.max(0, ...pairs.map(([key]) => width(key)));
  return pairs.map(([key, value]) => `${label(pad(key, longest, "left"))}  ${value}`.trimEnd());
}

/** Columns that a text takes, escape sequences not counted. */
export function width(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

function pad(text: string, columns: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, columns - width(text)));
  return align === "left" ? text + space : space + text;
}
