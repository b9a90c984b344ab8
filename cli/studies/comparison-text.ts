import type { StudyComparison } from "../../statistics/study-comparison.ts";
import { counted } from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatTable } from "../terminal/table.ts";

/** A study's comparison for a terminal: leaderboard, differences, what was left out and why. */
export function comparisonLines(comparison: StudyComparison, palette: Palette): string[] {
  const { variants, comparisons, excluded, noted, effect } = comparison;
  const right = (title: string) => ({ title, align: "right" as const });
  const leaderboard = variants.map((each) => [
    each.variant,
    each.mean.toFixed(3),
    range(each.interquartileMean),
    String(each.tasks),
    String(each.runs),
  ]);
  const differences = comparisons.map(
    ({ a, b, difference, adjustedP, byTask, improvement, seedsNeeded }) => [
      `${a} − ${b}`,
      signed(difference.value),
      difference.interval === "none"
        ? "one pair"
        : `[${signed(difference.low)}, ${signed(difference.high)}]`,
      difference.p.toFixed(4),
      adjustedP.toFixed(4),
      `${byTask.wins}–${byTask.losses}–${byTask.ties}`,
      improvement.value.toFixed(2),
      `${counted(difference.pairs, "pair")}, ${counted(difference.tasks, "task")}`,
      seedsNeeded === null ? "–" : String(seedsNeeded),
    ],
  );
  return [
    palette.bold("Held-out test, mean over tasks"),
    ...formatTable(
      [
        { title: "variant" },
        right("mean"),
        { title: "interquartile mean" },
        right("tasks"),
        right("runs"),
      ],
      leaderboard,
      palette.dim,
    ),
    ...(differences.length > 0
      ? [
          "",
          palette.bold("Paired differences"),
          ...formatTable(
            [
              { title: "" },
              right("mean"),
              { title: "95% interval" },
              right("p"),
              right("Holm"),
              { title: "wins–losses–ties" },
              right("P(better)"),
              { title: "over" },
              right(`seeds for ${effect}`),
            ],
            differences,
            palette.dim,
          ),
        ]
      : []),
    ...listed(
      "Left out",
      excluded.map(({ cell, reason }) => `${cell}: ${reason}`),
      palette,
    ),
    ...listed(
      "Counted, with a note",
      noted.map(({ cell, note }) => `${cell}: ${note}`),
      palette,
    ),
  ];
}

function listed(title: string, lines: readonly string[], palette: Palette): string[] {
  return lines.length === 0 ? [] : ["", palette.bold(`${title} (${lines.length})`), ...lines];
}

function range({ value, low, high }: { value: number; low: number; high: number }): string {
  return `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
