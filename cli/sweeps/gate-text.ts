import type { Judgement } from "../../protocol/sweep.ts";
import { isAccepted } from "../../protocol/sweep.ts";
import type { Palette } from "../terminal/palette.ts";
import { formatTable } from "../terminal/table.ts";

/** The verdict for a terminal. */
export function gateLines(judgement: Judgement, palette: Palette): string[] {
  const paint = isAccepted(judgement.verdict) ? palette.green : palette.red;
  const rows = judgement.comparisons.map((each) => [
    `${each.task}/${each.variant}`,
    String(each.seeds),
    each.baseline.toFixed(3),
    each.night.toFixed(3),
    signed(each.difference),
  ]);
  const columns = [
    { title: "task/variant" },
    { title: "seeds", align: "right" as const },
    { title: "baseline", align: "right" as const },
    { title: "night", align: "right" as const },
    { title: "difference", align: "right" as const },
  ];
  return [
    `${palette.bold(judgement.study)} · ${paint(judgement.verdict)}`,
    judgement.reason,
    ...(rows.length > 0 ? ["", ...formatTable(columns, rows, palette.dim)] : []),
    ...(judgement.missing.length > 0
      ? [
          "",
          ...judgement.missing.map(
            ({ cell, reason }) => `${palette.red("missing")} ${cell}: ${reason}`,
          ),
        ]
      : []),
  ];
}

/** The verdict in Markdown, for the summary page of a CI system. */
export function gateMarkdown(judgement: Judgement): string {
  const mark = isAccepted(judgement.verdict) ? "passed" : "**failed**";
  const rows = judgement.comparisons.map(
    (each) =>
      `| ${each.task} | ${each.variant} | ${each.seeds} | ${each.baseline.toFixed(3)} | ${each.night.toFixed(3)} | ${signed(each.difference)} |`,
  );
  return [
    `## Sweep ${judgement.sweep}: ${mark} (${judgement.verdict})`,
    "",
    `Night \`${judgement.study}\`. ${judgement.reason}`,
    ...(rows.length > 0
      ? [
          "",
          "| task | variant | seeds | baseline | night | difference |",
          "| --- | --- | --: | --: | --: | --: |",
          ...rows,
        ]
      : []),
    ...(judgement.missing.length > 0
      ? ["", ...judgement.missing.map(({ cell, reason }) => `- missing: \`${cell}\`: ${reason}`)]
      : []),
    "",
  ].join("\n");
}

/** The verdict as JUnit XML: the gate is one test case, every missing cell another. */
export function gateJUnit(judgement: Judgement): string {
  const failed = !isAccepted(judgement.verdict);
  const cases = [
    { name: `gate ${judgement.study}`, failure: failed ? judgement.reason : null },
    ...judgement.missing.map(({ cell, reason }) => ({ name: cell, failure: reason })),
  ];
  const lines = cases.map(({ name, failure }) =>
    failure === null
      ? `  <testcase classname="${xml(judgement.sweep)}" name="${xml(name)}"/>`
      : `  <testcase classname="${xml(judgement.sweep)}" name="${xml(name)}">\n    <failure message="${xml(failure)}" type="${judgement.verdict}"/>\n  </testcase>`,
  );
  const failures = cases.filter(({ failure }) => failure !== null).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="sweep ${xml(judgement.sweep)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">`,
    ...lines,
    "</testsuite>",
    "",
  ].join("\n");
}

function xml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      // Control characters that XML 1.0 has no way to write.
      .replaceAll(/(?![\t\n\r])\p{Cc}/gu, "\ufffd")
  );
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
