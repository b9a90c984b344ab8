import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, type ExitCode, failed } from "../cli-error.ts";
import type { Stack } from "../connect.ts";
import { print, printJson, printJsonLine, say } from "../output.ts";
import { withStore } from "../runs/with-store.ts";
import { isServerAway } from "../server-away.ts";
import { paletteFor } from "../terminal/palette.ts";
import { Screen } from "../terminal/screen.ts";
import type { FollowMode } from "../watching/follow.ts";
import { loadStudy } from "./load-study.ts";
import { askStudy, studyOpen } from "./start-study.ts";
import type { CellDocument, StudyDocument } from "./study-document.ts";
import { cellLines, nextStudyCommand, studyHeadline, studyLines } from "./study-text.ts";

/**
 * Follows a study until it closes; an interrupt leaves it running. Resolves to the exit code: 0 where it completed or the person
 * left, 1 where it was cancelled or failed. Cells that failed are no failure of the study.
 */
export async function watchStudy(options: {
  readonly stack: Stack;
  readonly name: string;
  readonly mode: FollowMode;
  readonly signal: AbortSignal;
  readonly answer: "json" | "text" | "event";
  /** Milliseconds between two looks. @default 2000 */
  readonly everyMs?: number;
}): Promise<ExitCode> {
  const { stack, name, signal, mode } = options;
  const show = display(mode);
  let study: StudyDocument | null = null;
  let open = true;
  try {
    while (!signal.aborted) {
      try {
        // Asked before the store is read: what closes in between is then seen in the store.
        open = await studyOpen(stack, name);
        const view = open ? await askStudy(stack, name) : null;
        study = await withStore(stack.config, async (store) =>
          store === null ? null : loadStudy(store, name, view?.status ?? null),
        );
        if (study !== null) show.study(study);
        if (!open) break;
      } catch (error) {
        if (!isServerAway(error)) throw error;
        show.away();
      }
      await sleep(options.everyMs ?? 2000, undefined, { signal }).catch(() => {});
    }
  } finally {
    show.end();
  }
  if (study === null)
    throw failed(`the study ${name} has not been recorded yet`, "see `dojo status`");
  if (open) {
    say(`study/${name} goes on; watch it again with: dojo watch study/${name}`);
    if (options.answer === "json") printJson(study);
    return EXIT.done;
  }
  if (options.answer === "json") printJson(study);
  else if (options.answer === "event") {
    const { cells: _, ...rest } = study;
    printJsonLine({ at: new Date().toISOString(), event: "closed", ...rest });
  } else print(studyLines(study, paletteFor(process.stdout)).join("\n"));
  say(`next: ${nextStudyCommand(study)}`);
  return study.status === "completed" ? EXIT.done : EXIT.failed;
}

interface Display {
  study(study: StudyDocument): void;
  away(): void;
  end(): void;
}

const AWAY = "the Temporal server does not answer; waiting for it (the study is safe)";

function display(mode: FollowMode): Display {
  const away = () => say(AWAY);
  switch (mode) {
    case "quiet":
      return { study: () => {}, away, end: () => {} };
    case "json": {
      const changes = new Changes();
      return { study: (study) => changes.next(study).forEach(printJsonLine), away, end: () => {} };
    }
    case "lines": {
      const changes = new Changes();
      const tell = (study: StudyDocument) => {
        for (const change of changes.next(study)) {
          const { done, cells } = change;
          const score = change.test === null ? "" : `, test ${change.test.toFixed(3)}`;
          say(
            `${change.at.slice(11, 19)}  ${change.cell} ${change.status}${score}  (${done} of ${cells} closed)`,
          );
        }
      };
      return { study: tell, away, end: () => {} };
    }
    case "terminal": {
      const screen = new Screen(process.stderr);
      const palette = paletteFor(process.stderr);
      const draw = (study: StudyDocument) => {
        const room = Math.max(5, screen.size.rows - 4);
        screen.draw([
          studyHeadline(study, palette),
          "",
          ...cellLines(inView(study.cells, room), palette),
        ]);
      };
      return { study: draw, away: () => screen.draw([AWAY]), end: () => screen.clear() };
    }
  }
}

/** The cells that matter most on a screen: open ones, then those that failed, then the last that closed. */
function inView(cells: readonly CellDocument[], room: number): readonly CellDocument[] {
  if (cells.length < room) return cells;
  const rank = { running: 0, failed: 1, cancelled: 1, completed: 2, waiting: 3 };
  return [...cells].sort((a, b) => rank[a.status] - rank[b.status]).slice(0, room - 1);
}

/** A cell that changed its state between two looks. */
interface Change {
  readonly at: string;
  readonly event: "cell";
  readonly cell: string;
  readonly run: string | null;
  readonly status: string;
  readonly test: number | null;
  /** Cells that have closed, of all. */
  readonly done: number;
  readonly cells: number;
}

class Changes {
  readonly #states = new Map<string, string>();

  next(study: StudyDocument): Change[] {
    const { completed, failed: lost, cancelled } = study.counts;
    const done = completed + lost + cancelled;
    return study.cells.flatMap((cell) => {
      const name = `${cell.task}/${cell.variant}/s${cell.seed}`;
      const state = `${cell.status} ${cell.run}`;
      if (cell.status === "waiting" || this.#states.get(name) === state) return [];
      this.#states.set(name, state);
      const test = cell.test?.value ?? null;
      const at = new Date().toISOString();
      return [
        {
          at,
          event: "cell",
          cell: name,
          run: cell.run,
          status: cell.status,
          test,
          done,
          cells: study.cells.length,
        } as const,
      ];
    });
  }
}
