import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import { STUDY_CONTROL } from "../protocol/study.ts";
import { studyId } from "../protocol/study-spec.ts";
import { compareStudy } from "../statistics/study-comparison.ts";
import { getStudy, listStudies } from "../store/studies.ts";
import { badInput, notFound } from "./cli-error.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { score } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { updateRun } from "./runs/control-run.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { withStore } from "./runs/with-store.ts";
import { comparisonLines } from "./studies/comparison-text.ts";
import { findStudy, loadStudy, untilRecorded } from "./studies/load-study.ts";
import { readStudy } from "./studies/read-study.ts";
import { showStudy } from "./studies/show-study.ts";
import { launchStudy, startStudy } from "./studies/start-study.ts";
import { studyResults } from "./studies/study-results.ts";
import { watchStudy } from "./studies/watch-study.ts";
import { counted } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatTable } from "./terminal/table.ts";
import { humanMode } from "./watching/follow.ts";

/** `dojo study`. */
export function register(command: Command): void {
  command.addHelpText(
    "after",
    "\nPause, resume, cancel, watch and show take `study/NAME` too.\n\nExample:\n  dojo study start config/studies/example.yaml",
  );
  command
    .command("start")
    .description("start a study, or go on with what is missing")
    .argument("<file>", "the study file (docs/studies.md)")
    .option("--detach", "print the study's id and return at once")
    .option("--quiet", "print nothing until the study has closed")
    .addHelpText(
      "after",
      "\nA study that exists takes the cells that are new; what it has keeps its settings.\n\nExample:\n  dojo study start config/studies/example.yaml --detach",
    )
    .action(async (file: string, options: { detach?: boolean; quiet?: boolean }, verb: Command) => {
      const read = readStudy(file);
      const { config, json } = contextOf(verb, { tier: read.file.tier });
      const spec = read.plan(config, process.env);
      await withStack(config, async (stack) => {
        const before = await withStore(config, async (store) =>
          store === null ? null : getStudy(store.db, spec.name),
        );
        const started = await startStudy(stack, spec, before);
        const added =
          before === null || started.added === 0 ? "" : `, ${started.added} of them new`;
        say(
          `${started.id} ${started.how}: ${counted(started.cells, "cell")}${added}; Ctrl-C leaves it running`,
        );
        if (options.detach) {
          await untilRecorded(config, spec.name);
          if (json) printJson(started);
          else print(started.id);
          say(`next: dojo watch ${started.id}`);
          return;
        }
        process.exitCode = await watchStudy({
          stack,
          name: spec.name,
          mode: options.quiet ? "quiet" : humanMode(),
          signal: onInterrupt(),
          answer: json ? "json" : "text",
        });
      });
    });
  command
    .command("status")
    .description("a study's cells as they stand; without a name: all studies")
    .argument("[name]", "the study")
    .addHelpText("after", "\nExample:\n  dojo study status nightly --json")
    .action(async (name: string | undefined, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      if (name === undefined) return listAll(config, json);
      await showStudy(config, name, json);
    });
  command
    .command("fill")
    .description("run what is missing, and again what infrastructure or an operator ended")
    .argument("<name>", "the study")
    .option("--detach", "return at once")
    .addHelpText(
      "after",
      "\nA run whose candidates failed is a result and stays; earlier attempts stay listed.\n\nExample:\n  dojo study fill nightly",
    )
    .action(async (typed: string, options: { detach?: boolean }, verb: Command) => {
      const { config, json } = contextOf(verb);
      const study = await findStudy(config, typed);
      await withStack(config, async (stack) => {
        if (!(await launchStudy(stack, study.spec, { fill: true }))) {
          await updateRun(stack, studyId(study.name), {
            name: STUDY_CONTROL.fill,
            argument: undefined,
          });
        }
        if (options.detach) {
          if (json) printJson({ id: studyId(study.name) });
          else print(studyId(study.name));
          say(`next: dojo watch ${studyId(study.name)}`);
          return;
        }
        process.exitCode = await watchStudy({
          stack,
          name: study.name,
          mode: humanMode(),
          signal: onInterrupt(),
          answer: json ? "json" : "text",
        });
      });
    });
  compareVerb(command);
}

function compareVerb(command: Command): void {
  command
    .command("compare")
    .description("which variant is better, by how much, on how many runs")
    .argument("<name>", "the study")
    .option(
      "--effect <score>",
      "difference that matters, for the number of seeds needed",
      score,
      0.05,
    )
    .addHelpText(
      "after",
      "\nOn the held-out test split, paired by task and seed. What is left out is listed with the reason.\n\nExample:\n  dojo study compare nightly",
    )
    .action(async (typed: string, { effect }: { effect: number }, verb: Command) => {
      const { config, json } = contextOf(verb);
      if (effect === 0) throw badInput("--effect must be above 0");
      const { name } = await findStudy(config, typed);
      const study = await withStore(config, async (store) =>
        store === null ? null : loadStudy(store, name, null),
      );
      if (study === null) throw notFound(`nobody remembers the study ${name}`);
      const comparison = compareStudy(studyResults(study), { effect });
      if (json) printJson({ study: name, ...comparison });
      else print(comparisonLines(comparison, paletteFor(process.stdout)).join("\n"));
      say(`next: dojo study status ${name}`);
    });
}

async function listAll(config: Config, json: boolean): Promise<void> {
  const studies = await withStore(config, async (store) =>
    store === null ? [] : listStudies(store.db),
  );
  if (json) return printJson(studies.map(({ spec: _, ...rest }) => rest));
  if (studies.length === 0) return say("no studies yet; next: dojo study start FILE");
  const rows = studies.map(({ name, status, startedAt, counts }) => [
    `study/${name}`,
    startedAt.slice(0, 16).replace("T", " "),
    status,
    `${counts.completed}`,
    `${counts.failed + counts.cancelled}`,
    `${counts.waiting + counts.running}`,
  ]);
  const columns = [
    { title: "study" },
    { title: "started" },
    { title: "status" },
    { title: "completed", align: "right" as const },
    { title: "ended", align: "right" as const },
    { title: "to do", align: "right" as const },
  ];
  print(formatTable(columns, rows, paletteFor(process.stdout).dim).join("\n"));
  say(`next: dojo study status ${studies[0]?.name}`);
}
