import { setTimeout as sleep } from "node:timers/promises";
import { WorkflowFailedError } from "@temporalio/client";
import type { Stack } from "../connect.ts";
import { printJsonLine, say } from "../output.ts";
import { isServerAway } from "../server-away.ts";
import { paletteFor } from "../terminal/palette.ts";
import { Screen } from "../terminal/screen.ts";
import { EventLines } from "./event-line.ts";
import { LiveBlock } from "./live-block.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import { EventLog } from "./watch-event.ts";

/** How following shows itself: a live display or lines on stderr, JSON lines on stdout, or not at all. */
export type FollowMode = "terminal" | "lines" | "json" | "quiet";

/** What followed: it closed, or the person left. */
export type FollowEnd =
  | { readonly kind: "closed"; readonly snapshot: Snapshot }
  | { readonly kind: "detached" };

/** Milliseconds that one look may take: the client itself would try for half a minute before it says that nobody answers. */
const LOOK_MS = 10_000;

/** Milliseconds for which a server that does not answer is waited for: long enough for the supervisor to restart it. */
const OUTAGE_MS = 120_000;

/**
 * Follows a run or an experiment until it closes or `signal` aborts. A server that goes away is waited for.
 * Throws the client's error when it stays away.
 */
export async function follow(options: {
  readonly stack: Stack;
  readonly id: string;
  readonly mode: FollowMode;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks. @default 1000 */
  readonly everyMs?: number;
}): Promise<FollowEnd> {
  const { stack, id, signal } = options;
  const show = display(options.mode);
  const left = new Promise<null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  const closed = whenClosed(stack, id);
  let awaySince: number | null = null;
  try {
    while (!signal.aborted) {
      try {
        const look = stack.connection.withDeadline(Date.now() + LOOK_MS, () =>
          takeSnapshot(stack, id),
        );
        const snapshot = await Promise.race([look, left]);
        if (snapshot === null) break;
        awaySince = null;
        show.snapshot(snapshot);
        if (!snapshot.open) return { kind: "closed", snapshot };
      } catch (error) {
        if (!isServerAway(error)) throw error;
        if (awaySince === null) show.away();
        awaySince ??= performance.now();
        if (performance.now() - awaySince > OUTAGE_MS) throw error;
      }
      await Promise.race([closed, pause(options.everyMs ?? 1000, signal)]);
    }
    return { kind: "detached" };
  } finally {
    show.end();
  }
}

/**
 * Resolves when the workflow has closed, to end the pause between two looks early; the outcome is read from the snapshot. Stays
 * pending when the wait itself breaks off: then the pauses do.
 */
async function whenClosed(stack: Stack, id: string): Promise<void> {
  try {
    await stack.client.workflow.getHandle(id).result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) await new Promise(() => {});
  }
}

/** The mode that suits stderr: a live display in a terminal, else lines. */
export function humanMode(): FollowMode {
  return process.stderr.isTTY && process.env.TERM !== "dumb" ? "terminal" : "lines";
}

interface Display {
  snapshot(snapshot: Snapshot): void;
  /** The server does not answer. */
  away(): void;
  end(): void;
}

const AWAY = "the Temporal server does not answer; waiting for it (the run is safe)";

function display(mode: FollowMode): Display {
  const away = () => say(AWAY);
  const log = new EventLog();
  switch (mode) {
    case "quiet":
      return { snapshot: () => {}, away, end: () => {} };
    case "json":
      return {
        snapshot: (snapshot) => log.next(snapshot).forEach(printJsonLine),
        away,
        end: () => {},
      };
    case "lines": {
      const lines = new EventLines(paletteFor(process.stderr));
      const tell = (snapshot: Snapshot) => {
        for (const event of log.next(snapshot)) {
          const line = lines.line(event);
          if (line !== null) say(line);
        }
      };
      return { snapshot: tell, away, end: () => {} };
    }
    case "terminal": {
      const screen = new Screen(process.stderr);
      const block = new LiveBlock(paletteFor(process.stderr));
      const draw = (snapshot: Snapshot) => screen.draw(block.lines(snapshot, screen.size));
      return { snapshot: draw, away: () => screen.draw([AWAY]), end: () => screen.clear() };
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
