import { rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import { parseRunId } from "../protocol/ids.ts";
import { loadRunReport } from "../report/load-run-report.ts";
import { renderComparison } from "../report/render-comparison.ts";
import { renderRunReport } from "../report/render-run-report.ts";
import type { RunReportData } from "../report/run-report-data.ts";
import { listKnownIds } from "../store/known-ids.ts";
import { badInput, CliError, EXIT, notFound } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { openArtifacts } from "./runs/artifacts.ts";
import { resolveId } from "./runs/resolve-id.ts";
import { withStore } from "./runs/with-store.ts";

/** `dojo report`. */
export function register(command: Command): void {
  command
    .argument("<ids...>", "runs (or experiments of theirs): ids, or the last parts of them")
    .requiredOption("--out <file>", "the HTML page to write")
    .addHelpText(
      "after",
      "\nOne self-contained page; several runs are put side by side. Needs no stack.\n\nExample:\n  dojo report aime25/ft-agent/s7 aime25/base-model/s7 --out report.html",
    )
    .action(async (typed: string[], options: { readonly out: string }, verb: Command) => {
      const { config, json } = contextOf(verb);
      const runs = await loadRuns(config, typed);
      const [first] = runs;
      const page = runs.length === 1 && first ? renderRunReport(first) : renderComparison(runs);
      const file = resolve(options.out);
      await writeWhole(file, page);
      const ids = runs.map(({ run }) => run.id);
      if (json) printJson({ file, runs: ids });
      else print(`${file}: ${ids.join(", ")}`);
      say(`next: open ${options.out} in a browser`);
    });
}

async function loadRuns(config: Config, typed: readonly string[]): Promise<RunReportData[]> {
  return withStore(config, async (store) => {
    if (store === null) throw notFound(`no run was recorded in ${config.databaseUrl}`);
    const known = await listKnownIds(store.db);
    const ids = [...new Set(typed.map((text) => runOf(resolveId(text, known))))];
    const sources = { db: store.db, artifacts: openArtifacts(config) };
    const runs: RunReportData[] = [];
    for (const id of ids) {
      const data = await loadRunReport(sources, id);
      if (data === null) throw notFound(`no run ${id} in the store`);
      runs.push(data);
    }
    return runs;
  });
}

/** The run that an id means: an experiment's page is its run's. Throws with exit code 2 for an experiment by hand. */
function runOf(id: string): string {
  const run = parseRunId(id) === null ? id.slice(0, id.lastIndexOf("/")) : id;
  if (parseRunId(run) !== null) return run;
  throw badInput(`${id} is an experiment by hand and has no page`, `see \`dojo show ${id}\``);
}

/** Writes a file whole or not at all. Throws with exit code 2 when its folder can't be written. */
async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.partial-${process.pid}`;
  try {
    await writeFile(partial, text);
    await rename(partial, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EISDIR") throw badInput(`${file} is a folder`);
    throw new CliError(EXIT.badInput, `${dirname(file)} can't be written (${code})`, {
      cause: error,
    });
  }
}
