import type { Snapshot } from "./snapshot.ts";

/** A line of `dojo watch --json`. */
export interface WatchEvent {
  readonly at: string;
  /** Id of the run or experiment that is watched. */
  readonly id: string;
  /**
   * Events of the run's trace (`strategy-proposed`, `training`, `iteration-closed`, …), and from watching itself: `stage-started`,
   * `stage-waiting` (for a device), `stage-retrying`, `progress`, `workers-silent`, `closed`.
   */
  readonly event: string;
  readonly iteration: number | null;
  readonly detail: string;
  /** For events of an activity: its workflow, its id (`it02-train`) and its name. */
  readonly stage?: {
    readonly workflow: string;
    readonly id: string;
    readonly name: string;
    readonly attempt: number;
    readonly done: number | null;
    readonly total: number | null;
  };
  /** For `closed`: how it ended. */
  readonly status?: string;
}

/** Turns successive snapshots into events, each told once. */
export class EventLog {
  readonly #seen = new Set<string>();
  readonly #progress = new Map<string, string>();
  #silent = false;

  /** Events between the last snapshot and this one, in order. */
  next(snapshot: Snapshot): WatchEvent[] {
    const { id } = snapshot;
    const at = new Date(snapshot.atMs).toISOString();
    const events: WatchEvent[] = snapshot.trace
      .filter((event) => this.#first(`${event.at}|${event.event}|${event.iteration}`))
      .map((event) => ({ ...event, id }));
    const silent = snapshot.kind === "run" && snapshot.open && snapshot.view === null;
    if (silent && !this.#silent) {
      const detail = "no worker of the pool workflows answers; the run is safe and goes on with it";
      events.push({ at, id, event: "workers-silent", iteration: null, detail });
    }
    this.#silent = silent;
    for (const stage of snapshot.stages) {
      const key = `${stage.workflowId}|${stage.activityId}`;
      const tell = (event: string, detail: string) => {
        const { workflowId, activityId, attempt, progress } = stage;
        const { done = null, total = null } = progress ?? {};
        const told = { workflow: workflowId, id: activityId, name: stage.stage, attempt };
        events.push({ at, id, event, iteration: null, detail, stage: { ...told, done, total } });
      };
      if (stage.attempt > 1 && this.#first(`${key}|attempt ${stage.attempt}`)) {
        tell("stage-retrying", stage.failure ?? "the last attempt failed");
      }
      if (stage.state === "running" && this.#first(`${key}|started`)) tell("stage-started", "");
      if (stage.progress?.state === "waiting") {
        if (this.#first(`${key}|waiting`)) tell("stage-waiting", "another job holds the device");
        continue;
      }
      if (stage.progress !== null && this.#progress.get(key) !== stage.progress.message) {
        this.#progress.set(key, stage.progress.message);
        tell("progress", stage.progress.message);
      }
    }
    return events;
  }

  #first(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
