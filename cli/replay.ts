import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import { badInput, failed } from "./cli-error.ts";
import { withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { findId } from "./runs/find-id.ts";
import { fetchHistories, type RecordedHistory, replayHistories } from "./runs/replay-history.ts";
import { counted } from "./terminal/figures.ts";

/** `dojo replay`. */
export function register(command: Command): void {
  command
    .argument("<id-or-file>", "a run or an experiment on the server, or a history as a JSON file")
    .addHelpText(
      "after",
      "\nReplays every part of a run that continued as new. Ends with 1 where today's code would do something else.\n\nExamples:\n  dojo replay aime25/ft-agent/s7\n  dojo replay tests/replay/histories/success.run.json",
    )
    .action(async (what: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      const histories = await read(config, what);
      const results = await replayHistories(config, histories);
      const broken = results.find((result) => result.problem !== null);
      const events = results.reduce((sum, result) => sum + result.events, 0);
      if (json) printJson({ replayed: what, ok: broken === undefined, events, parts: results });
      if (broken !== undefined) {
        throw failed(
          `${broken.workflowId}: today's workflow code would not do what this history of ${broken.events} events records: ${broken.problem}`,
          "keep the old behaviour behind patched() while such runs live",
        );
      }
      const parts = results.length > 1 ? ` in ${results.length} parts` : "";
      if (!json) print(`replayed ${counted(events, "event")}${parts}: no difference`);
      say("next: dojo watch ID");
    });
}

async function read(config: Config, what: string): Promise<readonly RecordedHistory[]> {
  if (!statSync(what, { throwIfNoEntry: false })?.isFile()) {
    return withStack(config, async (stack) => fetchHistories(stack, await findId(stack, what)));
  }
  let history: unknown;
  try {
    history = JSON.parse(await readFile(what, "utf8"));
  } catch (error) {
    throw badInput(`${what}: no JSON (${(error as Error).message})`);
  }
  const events = (history as { events?: unknown } | null)?.events;
  if (!Array.isArray(events) || events.length === 0) {
    throw badInput(`${what}: no workflow history: it has no list "events"`);
  }
  return [{ history, events: events.length, workflowId: workflowIdOf(history, what) }];
}

/** The id that a history began with: workflow code reads it from the first event. */
function workflowIdOf(history: unknown, fallback: string): string {
  return /"workflowId":\s*"([^"]+)"/.exec(JSON.stringify(history))?.[1] ?? fallback;
}
