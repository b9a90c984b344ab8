import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from "@temporalio/common";
import {
  ActivityCancellationType,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  ChildWorkflowCancellationType,
  ContinueAsNew,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type { StudyActivities } from "../protocol/activities.ts";
import { CONTROL } from "../protocol/control.ts";
import { runId } from "../protocol/ids.ts";
import { TASK_QUEUES } from "../protocol/names.ts";
import { runStartOptions } from "../protocol/run-start.ts";
import { DOJO_OUTCOME, DOJO_PHASE } from "../protocol/search-attributes.ts";
import {
  type CellStates,
  type RunClosed,
  runClosedSchema,
  STUDY_CONTROL,
  type StudyStatus,
  type StudyView,
} from "../protocol/study.ts";
import { amendmentProblem, StudyCells } from "../protocol/study-cells.ts";
import { runSpecOf, type StudySpec, studySpecSchema } from "../protocol/study-spec.ts";
import { agentRun } from "./agent-run.ts";
import { studyDetails } from "./current-details.ts";

export const runClosedSignal = defineSignal<[RunClosed]>(STUDY_CONTROL.runClosed);
export const pauseStudySignal = defineSignal(STUDY_CONTROL.pause);
export const resumeStudySignal = defineSignal(STUDY_CONTROL.resume);
export const amendUpdate = defineUpdate<StudyView, [StudySpec]>(STUDY_CONTROL.amend);
export const fillUpdate = defineUpdate<number>(STUDY_CONTROL.fill);
export const studyStatusQuery = defineQuery<StudyView>(STUDY_CONTROL.status);

/** What a study carries over when it continues as new. */
export interface StudyState {
  readonly startedAt: string;
  readonly paused: boolean;
  readonly cells: CellStates;
}

/** How a study is started. */
export interface StudyStart {
  /** Run again what infrastructure or an operator ended. */
  readonly fill: boolean;
  readonly carried?: StudyState;
}

const { recordStudy, knownCells, closedRuns } = proxyActivities<StudyActivities>({
  taskQueue: TASK_QUEUES.recorder,
  // Ten thousand cells are one query to the store.
  startToCloseTimeout: "5m",
  heartbeatTimeout: "15s", // the worker heartbeats by itself; a dead one is noticed long before the deadline
  // A store or server that is away is waited for; nothing here can fail for good.
  retry: { initialInterval: "1s", backoffCoefficient: 2, maximumInterval: "30s" },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED, // a record that was begun is finished
});

/**
 * Tasks x variants x seeds as runs, a bounded number at a time. Runs outlive the study (parent close policy ABANDON) and tell it
 * when they close; now and then it asks the server about those that never did. A cell that fails never sinks the study. Workflow
 * id: `study/<name>`; started again under the same name it goes on with what is missing.
 */
export async function study(initial: StudySpec, start: StudyStart): Promise<StudyView> {
  let spec = initial;
  let cells = new StudyCells(spec, start.carried?.cells);
  let paused = start.carried?.paused ?? false;
  let status: StudyStatus = "running";
  let changed = false;
  /** Whether a run was there already, perhaps closed: the server must be asked. */
  let uncertain = false;
  const startedAt = start.carried?.startedAt ?? new Date().toISOString();

  const idOf = (at: number): string => {
    const cell = cells.cells[at];
    if (cell === undefined) throw new Error(`no cell ${at}`);
    return runId({ study: spec.name, ...cell, attempt: cells.attempt(at) });
  };
  const view = (): StudyView => ({
    name: spec.name,
    status: status === "running" && paused ? "paused" : status,
    startedAt,
    cells: cells.cells.length,
    counts: cells.counts(),
    concurrency: spec.concurrency,
    running: cells.running().map(idOf),
  });
  const show = (): void => setCurrentDetails(studyDetails(view(), cells));
  const settle = ({ id, status: ended }: RunClosed): void => {
    const at = cells.indexOf(id);
    // A cancelled or filled cell may hear of an earlier attempt: its own end counts alone.
    if (at === null || cells.state(at) !== "running") return;
    cells.set(at, ended);
    changed = true;
    show();
  };
  const record = (): Promise<void> => {
    const closed = status !== "running";
    return recordStudy.executeWithOptions({ summary: `record the study: ${status}` }, [
      {
        name: spec.name,
        spec,
        status,
        startedAt,
        closedAt: closed ? new Date().toISOString() : null,
        counts: cells.counts(),
      },
    ]);
  };
  const reconcile = async (): Promise<void> => {
    const open = cells.running().map(idOf);
    if (open.length === 0) return;
    const closed = await closedRuns.executeWithOptions(
      { summary: `ask for the state of ${open.length} runs` },
      [open],
    );
    for (const each of closed) settle(each);
  };
  const setPaused = async (value: boolean): Promise<void> => {
    if (paused === value) return;
    paused = value;
    changed = true;
    show();
    await Promise.all(
      cells.running().map((at) =>
        getExternalWorkflowHandle(idOf(at))
          .signal(value ? CONTROL.pause : CONTROL.resume)
          // It may just have closed, which is fine.
          .catch(() => log.info("a run did not take the signal", { id: idOf(at) })),
      ),
    );
  };

  setHandler(
    runClosedSignal,
    (closed) => {
      const parsed = runClosedSchema.safeParse(closed);
      if (parsed.success) settle(parsed.data);
    },
    { description: "A run of this study has closed." },
  );
  setHandler(pauseStudySignal, () => setPaused(true), {
    description: "Start no further runs, and pause those that are open.",
  });
  setHandler(resumeStudySignal, () => setPaused(false), { description: "Go on after a pause." });
  setHandler(studyStatusQuery, view, { description: "The study as it stands." });
  setHandler(
    fillUpdate,
    () => {
      const filled = cells.refill();
      changed = true;
      show();
      return filled;
    },
    { description: "Run again what infrastructure or an operator ended." },
  );
  setHandler(
    amendUpdate,
    async (next) => {
      cells = cells.under(next);
      spec = next;
      changed = true;
      show();
      await record();
      return view();
    },
    {
      description: "Add cells; change concurrency, priority or weight.",
      validator: (next) => {
        const parsed = studySpecSchema.safeParse(next);
        const problem = parsed.success
          ? amendmentProblem(spec, parsed.data)
          : parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ");
        if (problem === null) return;
        throw ApplicationFailure.create({ message: problem, type: "BadInput", nonRetryable: true });
      },
    },
  );

  /** Starts a cell's run. One of the same id that is open already is this cell's too. */
  async function launch(at: number): Promise<void> {
    const cell = cells.cells[at];
    if (cell === undefined) return;
    const run = runSpecOf(spec, cell, cells.attempt(at));
    cells.set(at, "running");
    try {
      await startChild(agentRun, {
        ...runStartOptions(run),
        args: [run],
        // An id is one attempt, whether the store heard of it or not.
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        // A run is worth its result whatever becomes of the study; and continuing as new must not end it.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        priority: {
          priorityKey: spec.priority,
          fairnessKey: spec.name,
          fairnessWeight: spec.weight,
        },
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      uncertain = true;
    }
  }

  async function fillWindow(): Promise<void> {
    const free = spec.concurrency - cells.running().length;
    const starting: Promise<void>[] = [];
    for (let slot = 0; slot < free && !paused; slot++) {
      const at = cells.nextWaiting();
      if (at === null) break;
      starting.push(launch(at));
    }
    if (starting.length === 0) return;
    await Promise.all(starting);
    show();
  }

  /** Cancels what is open and waits until it has closed. */
  async function cancelRuns(): Promise<void> {
    await Promise.all(
      cells.running().map((at) =>
        getExternalWorkflowHandle(idOf(at))
          .cancel()
          .catch(() => log.info("a run was not there to cancel", { id: idOf(at) })),
      ),
    );
    while (cells.running().length > 0) {
      await condition(() => cells.running().length === 0, spec.reconcileMs);
      await reconcile();
    }
  }

  try {
    if (start.carried === undefined) {
      cells = new StudyCells(
        spec,
        await knownCells.executeWithOptions(
          { summary: `look what of ${cells.cells.length} cells is there` },
          [spec],
        ),
      );
      if (start.fill) cells.refill();
      upsertSearchAttributes([{ key: DOJO_PHASE, value: "running" }]);
      await record();
    }
    show();
    for (;;) {
      changed = false;
      await fillWindow();
      if (uncertain) {
        uncertain = false;
        await reconcile();
        continue;
      }
      if (cells.nextWaiting() === null && cells.running().length === 0) break;
      if (workflowInfo().continueAsNewSuggested) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof study>(spec, {
          fill: false,
          carried: { startedAt, paused, cells: cells.encode() },
        });
      }
      if (!(await condition(() => changed, spec.reconcileMs))) await reconcile();
    }
    status = "completed";
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    status = isCancellation(error) ? "cancelled" : "failed";
    await CancellationScope.nonCancellable(async () => {
      if (status === "cancelled") await cancelRuns();
      await close();
    });
    throw error;
  }
  await close();
  return view();

  async function close(): Promise<void> {
    upsertSearchAttributes([
      { key: DOJO_PHASE, value: "closed" },
      { key: DOJO_OUTCOME, value: status },
    ]);
    upsertMemo({ result: { status, counts: cells.counts() } });
    show();
    await record();
    await condition(allHandlersFinished);
  }
}
