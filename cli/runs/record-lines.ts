import type { RunRecord } from "../../protocol/records.ts";
import { scoreText } from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatTable } from "../terminal/table.ts";

/** Recorded runs as aligned lines. */
export function recordLines(records: readonly RunRecord[], palette: Palette): string[] {
  return formatTable(
    [
      { title: "run" },
      { title: "started" },
      { title: "status" },
      { title: "best on validation" },
      { title: "held-out test" },
    ],
    records.map((record) => [
      record.id,
      record.startedAt.slice(0, 16).replace("T", " "),
      record.status,
      scoreText(record.bestValidation ?? record.baseline),
      scoreText(record.test),
    ]),
    palette.dim,
  );
}
