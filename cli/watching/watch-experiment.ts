import type { ExperimentResult } from "../../protocol/experiment-spec.ts";
import { EXIT, type ExitCode } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import { print, printJson, printJsonLine, say } from "../output.ts";
import {
  type ExperimentView,
  readFeedback,
  readStoredExperiment,
} from "../runs/experiment-view.ts";
import { feedbackLines } from "../runs/feedback-text.ts";
import { paletteFor } from "../terminal/palette.ts";
import { type FollowMode, follow } from "./follow.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * Follows an experiment until it closes and answers with its feedback; an interrupt leaves it running. Resolves to the exit
 * code: 0 when the candidate came through, 1 when it failed or the experiment was cancelled.
 */
export async function watchExperiment(options: {
  readonly stack: Stack;
  readonly id: string;
  readonly mode: FollowMode;
  readonly signal: AbortSignal;
  /** What comes on stdout at the end: the experiment's document, its text, or a last event line. */
  readonly answer: "json" | "text" | "event";
  readonly everyMs?: number;
}): Promise<ExitCode> {
  const { stack, id } = options;
  const end = await follow(options);
  if (end.kind === "detached") {
    say(`${id} goes on; watch it again with: dojo watch ${id}`);
    return EXIT.done;
  }
  const view =
    (await readStoredExperiment(stack.config, id)) ?? (await resultOf(stack, end.snapshot));
  answer(options.answer, end.snapshot, view);
  say(`next: dojo show ${id}${view?.outcome === "completed" ? "" : " --json"}`);
  return view?.outcome === "completed" ? EXIT.done : EXIT.failed;
}

async function resultOf(stack: Stack, snapshot: Snapshot): Promise<ExperimentView | null> {
  if (snapshot.status !== "completed") return null;
  const result: ExperimentResult = await stack.client.workflow.getHandle(snapshot.id).result();
  return readFeedback(stack.config, result);
}

function answer(
  kind: "json" | "text" | "event",
  snapshot: Snapshot,
  view: ExperimentView | null,
): void {
  const { id, status } = snapshot;
  if (kind === "event") {
    const detail = view?.failure?.message ?? "";
    const at = new Date(snapshot.atMs).toISOString();
    printJsonLine({ at, id, event: "closed", iteration: null, detail, status, view });
  } else if (kind === "json") printJson(view ?? { id, status });
  else if (view === null) print(`${id} ${status}`);
  else {
    const palette = paletteFor(process.stdout);
    print(feedbackLines(view.feedback, palette, process.stdout.columns ?? 120).join("\n"));
  }
}
