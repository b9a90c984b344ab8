import type { HistoryRef } from "../protocol/agent.ts";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";
import type { IterationView, TraceEvent } from "../protocol/control.ts";
import type { PreparedTask } from "../protocol/experiment-spec.ts";
import type { Interval } from "../protocol/interval.ts";
import type { Spent } from "../protocol/records.ts";
import type { Budget, RunSpec } from "../protocol/run-spec.ts";
import type { Protection } from "../protocol/stage.ts";
import { NO_USAGE } from "../protocol/usage.ts";

/** The best submission so far. */
export interface Best {
  readonly iteration: number;
  /** Its experiment, and the confirmation where there was one: scores are the mean over them. */
  readonly experiments: readonly string[];
  readonly model: ArtifactRef;
  readonly submission: ArtifactRef;
  readonly validation: Interval;
}

/** What a run carries through its iterations and, as new, through its continuations. Plain data. */
export interface RunState {
  startedAt: string;
  prepared: PreparedTask | null;
  baseline: Interval | null;
  best: Best | null;
  iterations: IterationView[];
  /** First experiment of each iteration that was scored, for comparisons with a parent. */
  scored: Record<number, string>;
  history: HistoryRef[];
  spent: Spent;
  budget: Budget;
  looks: number;
  audits: number;
  hints: string[];
  steered: boolean;
  rebudgeted: boolean;
  paused: boolean;
  /** Iterations in a row for which the agent gave nothing usable. */
  agentFailures: number;
  protection: Protection;
  /** The agent's or the budget's reason to stop, once there is one. */
  stopReason: string | null;
  trace: TraceEvent[];
}

/** State of a run that begins. */
export function initialState(spec: RunSpec, startedAt: string): RunState {
  return {
    startedAt,
    prepared: null,
    baseline: null,
    best: null,
    iterations: [],
    scored: {},
    history: [],
    spent: { gpuSeconds: 0, wallSeconds: 0, usage: NO_USAGE },
    budget: spec.budget,
    looks: 0,
    audits: 0,
    hints: [],
    steered: false,
    rebudgeted: false,
    paused: false,
    agentFailures: 0,
    protection: "none",
    stopReason: null,
    trace: [],
  };
}

/** Events kept for the query `trace`; older ones are in the workflow's history. */
const TRACE_LENGTH = 300;

/** Appends an event to the trace. */
export function note(state: RunState, event: Omit<TraceEvent, "at">): void {
  state.trace.push({ at: new Date().toISOString(), ...event });
  if (state.trace.length > TRACE_LENGTH) state.trace.splice(0, state.trace.length - TRACE_LENGTH);
}
