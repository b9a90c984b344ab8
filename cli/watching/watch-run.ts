import type { RunView } from "../../protocol/control.ts";
import { EXIT, type ExitCode } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import { print, printJson, printJsonLine, say } from "../output.ts";
import { finalView } from "../runs/final-view.ts";
import { nextCommand, runLines } from "../runs/run-text.ts";
import { paletteFor } from "../terminal/palette.ts";
import { type FollowMode, follow } from "./follow.ts";
import { askRun, type Snapshot } from "./snapshot.ts";

/**
 * Follows a run until it closes and answers with how it ended; an interrupt leaves it running. Resolves to the exit code: 0 for
 * a completed run or an interrupt, 1 for a run that failed or was cancelled.
 */
export async function watchRun(options: {
  readonly stack: Stack;
  readonly id: string;
  readonly mode: FollowMode;
  readonly signal: AbortSignal;
  /** What comes on stdout at the end: the run's document, its text, or a last event line. */
  readonly answer: "json" | "text" | "event";
  readonly everyMs?: number;
}): Promise<ExitCode> {
  const { stack, id } = options;
  const end = await follow(options);
  if (end.kind === "detached") {
    say(`${id} goes on; watch it again with: dojo watch ${id}`);
    const now = options.answer === "json" ? await askRun(stack, id) : null;
    if (now !== null) printJson(now.view);
    return EXIT.done;
  }
  const view = await finalView(stack, id, end.snapshot.status);
  answer(options.answer, end.snapshot, view);
  if (view !== null) say(`next: ${nextCommand(view)}`);
  const completed = (view?.status ?? end.snapshot.status) === "completed";
  return completed ? EXIT.done : EXIT.failed;
}

function answer(kind: "json" | "text" | "event", snapshot: Snapshot, view: RunView | null): void {
  const status = view?.status ?? snapshot.status;
  if (kind === "event") {
    const detail = view?.stopReason ?? "";
    const at = new Date(snapshot.atMs).toISOString();
    printJsonLine({ at, id: snapshot.id, event: "closed", iteration: null, detail, status, view });
  } else if (kind === "json") printJson(view ?? { id: snapshot.id, status });
  else if (view === null) print(`${snapshot.id} ${status}`);
  else print(runLines(view, paletteFor(process.stdout), process.stdout.columns ?? 120).join("\n"));
}
