import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from "@temporalio/workflow";
import {
  type Approval,
  approvalSchema,
  type BudgetChange,
  budgetChangeSchema,
  CONTROL,
  hintSchema,
  type RunView,
  type TraceEvent,
} from "../protocol/control.ts";
import type { Budget } from "../protocol/run-spec.ts";
import type { Strategy } from "../protocol/strategy.ts";
import { note, type RunState } from "./run-state.ts";

export const steerSignal = defineSignal<[string]>(CONTROL.steer);
export const setBudgetUpdate = defineUpdate<Budget, [BudgetChange]>(CONTROL.setBudget);
export const approveUpdate = defineUpdate<void, [Approval]>(CONTROL.approve);
export const statusQuery = defineQuery<RunView>(CONTROL.status);
export const traceQuery = defineQuery<readonly TraceEvent[]>(CONTROL.trace);

/** A proposal that waits for the operator. */
export interface PendingApproval {
  readonly iteration: number;
  readonly strategy: Strategy;
  answer: Approval | null;
}

/** Registers hints, budget, approval and queries of a run. `testOpen` tells whether the held-out test is open already. */
export function handleControl(options: {
  readonly state: RunState;
  readonly view: () => RunView;
  readonly pending: () => PendingApproval | null;
  readonly testOpen: () => boolean;
  readonly changed: () => void;
}): void {
  const { state } = options;
  setHandler(
    steerSignal,
    (hint) => {
      const parsed = hintSchema.safeParse(hint);
      if (!parsed.success) {
        note(state, {
          event: "hint-ignored",
          iteration: null,
          detail: "not a text of 1 to 2,000 characters",
        });
        return;
      }
      state.hints.push(parsed.data);
      state.steered = true;
      note(state, { event: "hint-received", iteration: null, detail: parsed.data });
      options.changed();
    },
    { description: "A hint for the next proposal." },
  );
  setHandler(
    setBudgetUpdate,
    (change) => {
      state.budget = { ...state.budget, ...withoutUndefined(change) };
      state.rebudgeted = true;
      note(state, { event: "budget-changed", iteration: null, detail: JSON.stringify(change) });
      options.changed();
      return state.budget;
    },
    {
      description: "Change limits of the run.",
      validator: (change) => {
        const parsed = budgetChangeSchema.safeParse(change);
        if (!parsed.success)
          reject(parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "));
        if (Object.keys(withoutUndefined(change)).length === 0)
          reject("no limit to change was given");
        if (options.testOpen()) reject("the held-out test is open: the run can't go on from here");
        if (change.iterations !== undefined && change.iterations < state.iterations.length) {
          reject(
            `iterations: ${change.iterations} is less than the ${state.iterations.length} begun already`,
          );
        }
      },
    },
  );
  setHandler(
    approveUpdate,
    (approval) => {
      const pending = options.pending();
      if (pending !== null) pending.answer = approval;
    },
    {
      description: "Approve or refuse the proposal that waits.",
      validator: (approval) => {
        const parsed = approvalSchema.safeParse(approval);
        if (!parsed.success)
          reject(parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "));
        const pending = options.pending();
        if (pending === null) reject("no proposal waits for approval");
        else if (pending.answer !== null)
          reject(`iteration ${pending.iteration} is answered already`);
        else if (pending.iteration !== approval.iteration) {
          reject(`iteration ${pending.iteration} waits for approval, not ${approval.iteration}`);
        }
      },
    },
  );
  setHandler(statusQuery, options.view, { description: "The run as it stands." });
  setHandler(traceQuery, () => state.trace, { description: "What happened, event by event." });
}

function reject(message: string): never {
  throw ApplicationFailure.create({ message, type: "BadInput", nonRetryable: true });
}

function withoutUndefined(change: BudgetChange): Partial<Budget> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
