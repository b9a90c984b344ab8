import type { ErrorReport } from "../../protocol/feedback.ts";
import { stackedBars } from "../charts/stacked-bars.ts";
import { count } from "../figures.ts";
import { type Html, html } from "../html.ts";
import { figure, legend, section, table } from "../parts.ts";
import { mainExperiment, type RunReportData } from "../run-report-data.ts";

/** Error classes that get a colour of their own; the rest is one group. */
const COLOURS = 6;

interface Counted {
  readonly name: string;
  readonly index: number;
  readonly errors: ErrorReport;
}

/** What the models got wrong on dev, by error class and iteration, with examples of the best; null where nothing was scored. */
export function errors(data: RunReportData, prefix: string): Html | null {
  const counted: Counted[] = data.iterations.flatMap((iteration) => {
    const found = mainExperiment(iteration)?.feedback?.errors ?? null;
    const { index } = iteration.record;
    return found === null ? [] : [{ name: `it ${index}`, index, errors: found }];
  });
  if (counted.length === 0) return null;
  const sums = new Map<string, number>();
  for (const { errors: found } of counted) {
    for (const [name, n] of Object.entries(found.classes))
      sums.set(name, (sums.get(name) ?? 0) + n);
  }
  const names = [...sums].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const shown = names.slice(0, COLOURS).map((label, index) => ({
    label,
    colour: `var(--series-${index + 1})`,
  }));
  const rest = names.slice(COLOURS);
  const looks = rest.length === 0 ? shown : [...shown, { label: "other", colour: "var(--muted)" }];
  const value = (found: ErrorReport, label: string, index: number): number =>
    index < shown.length
      ? (found.classes[label] ?? 0)
      : rest.reduce((sum, name) => sum + (found.classes[name] ?? 0), 0);
  const last = counted.find(({ index }) => index === data.run.best) ?? counted.at(-1);
  return section(`${prefix}errors`, "Errors on dev", [
    figure({
      chart: stackedBars({
        title: "Errors on dev by class",
        axis: "items of dev answered wrongly",
        format: count,
        bars: counted.map(({ name, errors: found }) => ({
          name,
          parts: looks.map((look, index) => ({ ...look, value: value(found, look.label, index) })),
        })),
      }),
      legend: legend(looks),
      caption: html`Counts per error class over the dev split, the only one whose answers an agent sees.`,
      table: table(
        "Errors on dev by class",
        [{ title: "" }, ...names.map((title) => ({ title, figures: true }))],
        counted.map(({ name, errors: found }) => [
          name,
          ...names.map((label) => count(found.classes[label] ?? 0)),
        ]),
      ),
    }),
    last === undefined ? null : examples(last),
  ]);
}

function examples({ name, errors: found }: Counted): Html | null {
  if (found.examples.length === 0) return null;
  return html`<details><summary>Examples from ${name}</summary>${table(
    `Wrong answers of ${name}`,
    [
      { title: "item" },
      { title: "class" },
      { title: "prompt" },
      { title: "answer" },
      { title: "expected" },
    ],
    found.examples
      .slice(0, 20)
      .map((example) => [
        example.id,
        example.error,
        html`<pre>${cut(example.prompt)}</pre>`,
        html`<pre>${cut(example.prediction)}</pre>`,
        html`<pre>${cut(example.gold)}</pre>`,
      ]),
  )}</details>`;
}

function cut(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 600)}…`;
}
