import type { DataStatistics, Feedback } from "../../protocol/feedback.ts";
import {
  bytesText,
  counted,
  deltaText,
  durationText,
  oneLine,
  scoreText,
} from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatPairs } from "../terminal/table.ts";

/** Examples of errors that are shown; the JSON document has them all. */
const EXAMPLES = 3;

type Pair = readonly [string, string];

/** A feedback report for the terminal, level by level; levels after the failing stage are left out. */
export function feedbackLines(feedback: Feedback, palette: Palette, columns: number): string[] {
  const { bold, dim, green, red } = palette;
  const outcome = feedback.outcome === "completed" ? green("completed") : red("failed");
  const lines = [`${bold(feedback.experiment)} · ${outcome} · last stage ${feedback.stage}`];
  const level = (title: string, pairs: readonly Pair[]) =>
    lines.push("", bold(title), ...formatPairs(pairs, dim).map((line) => `  ${line}`));
  level("L0 execution", execution(feedback));
  const traceback = feedback.execution.failure?.traceback ?? null;
  if (traceback !== null) {
    lines.push(
      ...traceback
        .trimEnd()
        .split("\n")
        .slice(-12)
        .map((line) => dim(`    ${line}`)),
    );
  }
  const { data, training, benchmark, errors } = feedback;
  if (data !== null) level("L1 data", dataPairs(data));
  if (training !== null) level("L2 training", trainingPairs(training));
  if (benchmark !== null) level("L3 benchmark", benchmarkPairs(benchmark));
  if (errors !== null) {
    level(
      "L4 errors on dev",
      Object.entries(errors.classes).map(([name, n]) => [name, String(n)]),
    );
    for (const example of errors.examples.slice(0, EXAMPLES)) {
      const room = Math.max(30, columns - 16);
      lines.push(`  ${example.id} (${example.error})`);
      lines.push(dim(`    prompt    ${oneLine(example.prompt, room)}`));
      lines.push(dim(`    predicted ${oneLine(example.prediction, room)}`));
      lines.push(dim(`    gold      ${oneLine(example.gold, room)}`));
    }
  }
  return lines;
}

function execution({ execution }: Feedback): Pair[] {
  const seconds = Object.entries(execution.secondsByStage)
    .map(([stage, value]) => `${stage} ${durationText(value)}`)
    .join(", ");
  const { failure } = execution;
  return [
    ...(failure === null ? [] : [["failure", `${failure.class}: ${failure.message}`] as const]),
    ...(failure?.exitCode == null ? [] : [["exit code", String(failure.exitCode)] as const]),
    ["time", seconds],
    ["protection", execution.protection],
  ];
}

function dataPairs(data: NonNullable<Feedback["data"]>): Pair[] {
  const { sample, full, audit } = data;
  return [
    ...(sample === null ? [] : [["sample", statisticsText(sample)] as const]),
    ...(full === null ? [] : [["all rows", statisticsText(full)] as const]),
    ...(audit === null
      ? []
      : [
          [
            "audit",
            `at most ${counted(audit.removed, "row")} removed of ${audit.rows}; dev matches ${audit.devMatches.length}, held-out matches ${audit.heldOutMatches === null ? "not shown" : `up to ${audit.heldOutMatches}`}`,
          ] as const,
          ...Object.entries(audit.constraints ?? {}).map(
            ([name, { rows, kinds }]) =>
              [
                `breaks ${name}`,
                `${counted(rows, "row")} dropped${
                  rows === 0
                    ? ""
                    : ` (${Object.entries(kinds)
                        .map(([kind, count]) => `${kind} ${count}`)
                        .join(", ")})`
                }`,
              ] as const,
          ),
        ]),
  ];
}

function statisticsText(statistics: DataStatistics): string {
  const { tokenLengths } = statistics;
  return [
    counted(statistics.rows, "row"),
    `${statistics.emptyRows} empty`,
    `${statistics.duplicateRows} repeated`,
    `${statistics.overContextRows} too long`,
    `answer format ${(100 * statistics.answerFormatPassRate).toFixed(1)}%`,
    `tokens p50 ${tokenLengths.p50}, p95 ${tokenLengths.p95}, max ${tokenLengths.max}`,
  ].join(", ");
}

function trainingPairs(training: NonNullable<Feedback["training"]>): Pair[] {
  const holdout = training.holdoutLoss === null ? "–" : training.holdoutLoss.toFixed(4);
  const gap = training.overfittingGap === null ? "" : `, gap ${training.overfittingGap.toFixed(4)}`;
  return [
    ["steps", `${training.steps}${training.resumes > 0 ? `, resumed ${training.resumes}×` : ""}`],
    [
      "loss",
      `final ${training.finalLoss.toFixed(4)}, train ${training.trainLoss.toFixed(4)}, hold-out ${holdout}${gap}`,
    ],
    [
      "speed",
      `${Math.round(training.tokensPerSecond)} tokens/s, ${bytesText(training.peakMemoryBytes)} at the peak`,
    ],
  ];
}

function benchmarkPairs(benchmark: NonNullable<Feedback["benchmark"]>): Pair[] {
  const deltas = Object.entries(benchmark.deltas).flatMap(([name, delta]) =>
    delta === null ? [] : [[`against ${name}`, deltaText(delta)] as const],
  );
  return [
    [
      benchmark.metric,
      `${scoreText(benchmark.validation)} on validation, ${scoreText(benchmark.dev)} on dev`,
    ],
    ...Object.entries(benchmark.submetrics).map(
      ([name, value]) => [name, value.toFixed(3)] as const,
    ),
    ...deltas,
  ];
}
