import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../connect.ts";
import { printJsonLine, say } from "../output.ts";
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

/** Follows a run or an experiment until it closes or `signal` aborts. */
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
  const handle = stack.client.workflow.getHandle(id);
  // The outcome is read from the snapshot; this only ends the pause between two looks early.
  const closed = handle.result().then(
    () => {},
    () => {},
  );
  try {
    for (;;) {
      const snapshot = await takeSnapshot(stack, id);
      if (signal.aborted) return { kind: "detached" };
      show.snapshot(snapshot);
      if (!snapshot.open) return { kind: "closed", snapshot };
      await Promise.race([closed, pause(options.everyMs ?? 1000, signal)]);
      if (signal.aborted) return { kind: "detached" };
    }
  } finally {
    show.end();
  }
}

/** The mode that suits stderr: a live display in a terminal, else lines. */
export function humanMode(): FollowMode {
  return process.stderr.isTTY && process.env.TERM !== "dumb" ? "terminal" : "lines";
}

interface Display {
  snapshot(snapshot: Snapshot): void;
  end(): void;
}

function display(mode: FollowMode): Display {
  const log = new EventLog();
  switch (mode) {
    case "quiet":
      return { snapshot: () => {}, end: () => {} };
    case "json":
      return { snapshot: (snapshot) => log.next(snapshot).forEach(printJsonLine), end: () => {} };
    case "lines": {
      const lines = new EventLines(paletteFor(process.stderr));
      const tell = (snapshot: Snapshot) => {
        for (const event of log.next(snapshot)) {
          const line = lines.line(event);
          if (line !== null) say(line);
        }
      };
      return { snapshot: tell, end: () => {} };
    }
    case "terminal": {
      const screen = new Screen(process.stderr);
      const block = new LiveBlock(paletteFor(process.stderr));
      const draw = (snapshot: Snapshot) => screen.draw(block.lines(snapshot, screen.size));
      return { snapshot: draw, end: () => screen.clear() };
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
