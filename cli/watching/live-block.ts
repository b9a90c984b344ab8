import { headline, iterationLines } from "../runs/run-text.ts";
import { durationText, oneLine, scoreText } from "../terminal/figures.ts";
import type { Palette } from "../terminal/palette.ts";
import { progressBar, RateEstimate } from "../terminal/progress-bar.ts";
import type { PendingStage } from "./pending-stages.ts";
import type { Snapshot } from "./snapshot.ts";

const BAR_COLUMNS = 24;

/** Draws a snapshot as the lines of a live display; remembers rates, and the last view for moments without one. */
export class LiveBlock {
  readonly #palette: Palette;
  readonly #rates = new Map<string, RateEstimate>();
  #last: Snapshot["view"] = null;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  /** Lines for a terminal of this size; the oldest iterations give way. */
  lines(snapshot: Snapshot, size: { readonly columns: number; readonly rows: number }): string[] {
    const { dim, yellow } = this.#palette;
    this.#last = snapshot.view ?? this.#last;
    const view = this.#last;
    const stages = snapshot.stages.flatMap((stage) => this.#stageLines(stage, snapshot, size));
    if (view === null) {
      const waiting = snapshot.kind === "run" ? "waits for a worker" : (snapshot.phase ?? "");
      return [`${this.#palette.bold(snapshot.id)} · ${waiting}`, ...stages];
    }
    const room = Math.max(3, size.rows - stages.length - 7);
    const lines = [headline(view, this.#palette), ""];
    if (view.iterations.length > 0) {
      lines.push(...iterationLines(view.iterations.slice(-room), this.#palette, size.columns));
    }
    lines.push(
      dim(
        `base model ${scoreText(view.baseline)} · best ${scoreText(view.bestValidation)} · ${durationText(view.spent.gpuSeconds)} of device time`,
      ),
    );
    if (view.pendingApproval !== null) {
      lines.push(
        yellow(`iteration ${view.pendingApproval.iteration} waits: dojo approve ${view.id}`),
      );
    }
    if (snapshot.open && snapshot.view === null) {
      lines.push(
        yellow("no worker of the pool workflows answers; the run is safe and goes on with it"),
      );
    }
    return [...lines, ...stages];
  }

  #stageLines(
    stage: PendingStage,
    snapshot: Snapshot,
    size: { readonly columns: number },
  ): string[] {
    const { cyan, dim, red } = this.#palette;
    const name = cyan(stage.activityId.padEnd(14));
    const lines = [`${name}  ${this.#stateText(stage, snapshot.atMs, size.columns - 16)}`];
    if (stage.attempt > 1 && stage.failure !== null) {
      const when =
        stage.state === "retrying" ? `next try ${clock(stage.nextAttemptAt)}` : "running";
      lines.push(
        `${" ".repeat(16)}${red(oneLine(`attempt ${stage.attempt}, ${when}`, 40))} ${dim(oneLine(stage.failure, Math.max(20, size.columns - 60)))}`,
      );
    }
    return lines;
  }

  #stateText(stage: PendingStage, atMs: number, columns: number): string {
    const { progress } = stage;
    if (progress?.state === "waiting") return `${stage.stage} waits for the device`;
    // A job that has not told of its progress yet gives its own name.
    if (progress === null || progress.message === stage.stage)
      return `${stage.stage} ${stage.state}`;
    if (progress.total === null) return oneLine(`${stage.stage}: ${progress.message}`, columns);
    const key = `${stage.workflowId}|${stage.activityId}`;
    const rate = this.#rates.get(key) ?? new RateEstimate();
    this.#rates.set(key, rate);
    rate.observe(progress.done, atMs);
    const left = rate.secondsLeft(progress.total);
    const eta = left === null ? "" : ` · ${durationText(left)} left`;
    const bar = progressBar(progress.done / progress.total, BAR_COLUMNS);
    return `${bar} ${oneLine(`${progress.message}${eta}`, Math.max(10, columns - BAR_COLUMNS - 1))}`;
  }
}

function clock(at: string | null): string {
  return at === null ? "soon" : `at ${at.slice(11, 19)}`;
}
