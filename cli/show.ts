import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import type { RunView } from "../protocol/control.ts";
import { parseRunId } from "../protocol/ids.ts";
import { parseStudyId } from "../protocol/study-spec.ts";
import { listKnownIds } from "../store/known-ids.ts";
import { listRuns } from "../store/runs.ts";
import { failed, notFound } from "./cli-error.ts";
import { type Stack, withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { readStoredExperiment } from "./runs/experiment-view.ts";
import { feedbackLines } from "./runs/feedback-text.ts";
import { finalView } from "./runs/final-view.ts";
import { findId } from "./runs/find-id.ts";
import { recordLines } from "./runs/record-lines.ts";
import { resolveId } from "./runs/resolve-id.ts";
import { nextCommand, runLines } from "./runs/run-text.ts";
import { stageLines } from "./runs/stage-lines.ts";
import { readStoredRun } from "./runs/stored-run.ts";
import { withStore } from "./runs/with-store.ts";
import { showStudy } from "./studies/show-study.ts";
import { paletteFor } from "./terminal/palette.ts";
import type { PendingStage } from "./watching/pending-stages.ts";
import { takeSnapshot } from "./watching/snapshot.ts";

/** `dojo show`. */
export function register(command: Command): void {
  command
    .argument(
      "[id]",
      "a run, an experiment or study/NAME: its id, or the last parts of it; none: the last runs",
    )
    .addHelpText("after", "\nExample:\n  dojo show aime25/ft-agent/s7 --json")
    .action(async (typed: string | undefined, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      if (typed === undefined) return showRuns(config, json);
      if (parseStudyId(typed) !== null) return showStudy(config, typed, json);
      // What has closed is shown from the store, whether a stack is up or not.
      if (await showStored(config, typed, json)) return;
      await withStack(config, async (stack) => showNow(stack, await findId(stack, typed), json));
    });
}

async function showRuns(config: Config, json: boolean): Promise<void> {
  const records = await withStore(config, async (store) =>
    store === null ? [] : listRuns(store.db, { limit: 20 }),
  );
  if (json) return printJson(records.map(({ spec: _, ...record }) => record));
  if (records.length === 0) say("no runs yet; next: dojo run --task aime25 --agent ft-agent");
  else {
    print(recordLines(records, paletteFor(process.stdout)).join("\n"));
    say(`next: dojo show ${records[0]?.id}`);
  }
}

/** Shows a run or an experiment that the store knows as closed; false when it is not there or still runs. */
async function showStored(config: Config, typed: string, json: boolean): Promise<boolean> {
  const id = await withStore(config, async (store) => {
    if (store === null) return null;
    const known = await listKnownIds(store.db);
    return known.includes(typed) ? typed : tryResolve(typed, known);
  });
  if (id === null) return false;
  if (parseRunId(id) === null) {
    const view = await readStoredExperiment(config, id);
    if (view === null) return false;
    if (json) printJson(view);
    else print(feedbackLines(view.feedback, paletteFor(process.stdout), columns()).join("\n"));
    return true;
  }
  const view = await withStore(config, async (store) =>
    store === null ? null : readStoredRun(store, id),
  );
  if (view === null || view.status === "running") return false;
  tell(view, json);
  return true;
}

/** A short form that only one known id fits; the server is asked about the rest. */
function tryResolve(typed: string, known: readonly string[]): string | null {
  try {
    return resolveId(typed, known);
  } catch {
    return null;
  }
}

async function showNow(stack: Stack, id: string, json: boolean): Promise<void> {
  const snapshot = await takeSnapshot(stack, id);
  if (snapshot.kind === "experiment") {
    const { atMs: _, kind: __, view: ___, trace: ____, ...rest } = snapshot;
    if (json) return printJson(rest);
    const waiting = stageLines(snapshot.stages, paletteFor(process.stdout));
    print([`${id} · ${snapshot.open ? snapshot.phase : snapshot.status}`, ...waiting].join("\n"));
    say(`next: dojo watch ${id}`);
    return;
  }
  if (!snapshot.open) {
    const view = await finalView(stack, id, snapshot.status);
    if (view === null) throw notFound(`nobody remembers the run ${id}`);
    return tell(view, json);
  }
  if (snapshot.view === null) {
    throw failed(
      `${id} runs, and no worker of the pool workflows answers for it`,
      "see `dojo status`; it goes on when a worker is there",
    );
  }
  tell(snapshot.view, json, snapshot.stages);
}

/** `stages`: what the run waits for right now. */
function tell(view: RunView, json: boolean, stages: readonly PendingStage[] = []): void {
  const palette = paletteFor(process.stdout);
  if (json) printJson(view);
  else print([...runLines(view, palette, columns()), ...stageLines(stages, palette)].join("\n"));
  say(`next: ${nextCommand(view)}`);
}

function columns(): number {
  return process.stdout.columns ?? 120;
}
