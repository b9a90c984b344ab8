import type { StackState } from "../workers/stack-state.ts";

/** `dojo status --json` and `dojo up --json`. */
export interface StackView {
  /** null: the stack does not run. */
  readonly temporal: {
    readonly address: string;
    readonly uiUrl: string;
    readonly pid: number | null;
    readonly restarts: number;
  } | null;
  readonly processes: readonly {
    readonly name: string;
    readonly pool: string;
    readonly pid: number;
    readonly restarts: number;
    readonly startedAt: string;
  }[];
  readonly home: string;
  readonly phase: StackState["phase"];
  readonly supervisor: { readonly pid: number } | null;
}

/** What users see of a living stack's state. */
export function stackView(state: StackState): StackView {
  const { address, uiUrl, pid, restarts } = state.temporal;
  return {
    temporal: { address, uiUrl, pid, restarts },
    processes: state.processes.map(({ startToken: _startToken, ...shown }) => shown),
    home: state.home,
    phase: state.phase,
    supervisor: { pid: state.supervisor.pid },
  };
}

/** What users see where no stack runs. */
export function absentStackView(home: string): StackView {
  return { temporal: null, processes: [], home, phase: "stopped", supervisor: null };
}
