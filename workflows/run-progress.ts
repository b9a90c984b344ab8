import { setCurrentDetails, upsertSearchAttributes } from "@temporalio/workflow";
import type { Decision } from "../protocol/agent.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type { IterationView, RunView } from "../protocol/control.ts";
import type { ExperimentResult } from "../protocol/experiment-spec.ts";
import type { RunStatus, Spent } from "../protocol/records.ts";
import type { RunSpec } from "../protocol/run-spec.ts";
import {
  DOJO_BEST_SCORE,
  DOJO_ITERATION,
  DOJO_PHASE,
  type Phase,
} from "../protocol/search-attributes.ts";
import type { Strategy } from "../protocol/strategy.ts";
import { addUsage, NO_USAGE, type Usage } from "../protocol/usage.ts";
import { runDetails } from "./current-details.ts";
import type { PauseGate } from "./pause-gate.ts";
import { weakest } from "./protection.ts";
import type { PendingApproval } from "./run-control.ts";
import { note, type RunState } from "./run-state.ts";
import { runView } from "./run-view.ts";

/** Keeps a run's state, and everything that tells about it (details, search attributes, trace), in step. */
export class RunProgress {
  readonly state: RunState;
  phase: Phase = "preparing";
  status: RunStatus = "running";
  pending: PendingApproval | null = null;
  currentExperiment: string | null = null;
  test: RunView["test"] = null;
  testSubmetrics: Readonly<Record<string, number>> | null = null;
  testOpen = false;
  readonly #spec: RunSpec;
  #gate: PauseGate | null = null;

  constructor(spec: RunSpec, state: RunState) {
    this.#spec = spec;
    this.state = state;
  }

  /** Registered after the gate's own handlers, which need this object. */
  useGate(gate: PauseGate): void {
    this.#gate = gate;
  }

  /** Waits while the run is paused. */
  async pass(): Promise<void> {
    await this.#gate?.pass();
  }

  view(): RunView {
    return runView(this.#spec, this.state, {
      status: this.status,
      phase: this.phase,
      pending: this.pending,
      currentExperiment: this.currentExperiment,
      test: this.test,
    });
  }

  /** Shows the state in the Temporal UI; no history event. */
  show(): void {
    setCurrentDetails(runDetails(this.view()));
  }

  /** Enters a phase: search attributes (one event), trace, details. */
  enter(phase: Phase, iteration: number | null): void {
    if (this.phase !== phase || iteration !== this.#attributed) {
      upsertSearchAttributes([
        { key: DOJO_PHASE, value: phase },
        ...(iteration === null ? [] : [{ key: DOJO_ITERATION, value: iteration }]),
      ]);
      note(this.state, { event: `${phase}`, iteration, detail: "" });
    }
    this.#attributed = iteration;
    this.phase = phase;
    this.show();
  }
  #attributed: number | null = null;

  /** Spending, the wall time up to now included. */
  spent(): Spent {
    const wallSeconds = (Date.now() - Date.parse(this.state.startedAt)) / 1000;
    this.state.spent = { ...this.state.spent, wallSeconds };
    return this.state.spent;
  }

  /** Books language model calls on the run and on the iteration at hand. */
  book(usage: Usage): void {
    const { state } = this;
    state.spent = { ...state.spent, usage: addUsage(state.spent.usage, usage) };
    this.#unbooked = addUsage(this.#unbooked, usage);
  }
  #unbooked: Usage = NO_USAGE;

  /** Books device time outside iterations (baseline, final test). */
  bookDevice(gpuSeconds: number): void {
    const { spent } = this.state;
    this.state.spent = { ...spent, gpuSeconds: spent.gpuSeconds + gpuSeconds };
  }

  /** An iteration has its strategy (or the agent gave none). */
  begin(index: number, strategy: Strategy | null): void {
    this.state.iterations.push({
      index,
      parent: strategy?.parent ?? null,
      hypothesis: strategy?.hypothesis ?? "(no usable strategy)",
      outcome: "running",
      stage: null,
      accepted: null,
      reason: null,
      validation: null,
      secondsByStage: {},
      gpuSeconds: 0,
      usage: NO_USAGE,
    });
    note(this.state, {
      event: "strategy-proposed",
      iteration: index,
      detail: strategy?.hypothesis ?? "",
    });
    this.show();
  }

  /** Books an experiment on its iteration: repairs and confirmations add up, the score is the first completed one's. */
  bookExperiment(index: number, result: ExperimentResult): void {
    this.bookDevice(result.gpuSeconds);
    this.state.protection = weakest(
      this.state.protection,
      result.lineage.protection as RunState["protection"],
    );
    this.#change(index, (view) => {
      const secondsByStage: Record<string, number> = { ...view.secondsByStage };
      for (const [stage, seconds] of Object.entries(result.secondsByStage)) {
        secondsByStage[stage] = (secondsByStage[stage] ?? 0) + (seconds ?? 0);
      }
      return {
        ...view,
        stage: view.validation === null ? result.stage : view.stage,
        validation: view.validation ?? result.benchmark?.validation ?? null,
        secondsByStage,
        gpuSeconds: view.gpuSeconds + result.gpuSeconds,
      };
    });
    note(this.state, {
      event: `experiment-${result.outcome}`,
      iteration: index,
      detail: `${result.id.split("/").at(-1)} in ${result.stage}${result.failure === null ? "" : `: ${result.failure.class}`}`,
    });
  }

  /** The candidate is the best now. */
  accept(options: {
    readonly index: number;
    readonly experiments: readonly string[];
    readonly submission: ArtifactRef;
    readonly result: ExperimentResult;
  }): void {
    const { index, experiments, submission, result } = options;
    if (result.model === null || result.benchmark === null) return;
    const { validation } = result.benchmark;
    this.state.best = {
      iteration: index,
      experiments,
      model: result.model,
      submission,
      validation,
    };
    upsertSearchAttributes([{ key: DOJO_BEST_SCORE, value: validation.value }]);
  }

  /** The iteration is over. */
  conclude(
    index: number,
    end: { readonly decision: Decision; readonly result: ExperimentResult | null },
  ): IterationView {
    const usage = this.#unbooked;
    this.#unbooked = NO_USAGE;
    const view = this.#change(index, (before) => ({
      ...before,
      outcome: end.result?.outcome ?? "failed",
      accepted: end.decision.accepted,
      reason: end.decision.reason,
      usage: addUsage(before.usage, usage),
    }));
    note(this.state, { event: "iteration-closed", iteration: index, detail: end.decision.reason });
    this.show();
    return view;
  }

  ask(iteration: number, strategy: Strategy): PendingApproval {
    this.pending = { iteration, strategy, answer: null };
    this.show();
    return this.pending;
  }

  answered(): void {
    this.pending = null;
    this.show();
  }

  #change(index: number, change: (view: IterationView) => IterationView): IterationView {
    const at = this.state.iterations.findIndex((view) => view.index === index);
    const before = this.state.iterations[at];
    if (before === undefined) throw new Error(`iteration ${index} has not begun`);
    const after = change(before);
    this.state.iterations[at] = after;
    return after;
  }
}
