import { IllegalStateError } from "@temporalio/common";
import type { Config } from "../../config/load.ts";
import { workflowBundle } from "../../workers/workflow-bundle.ts";
import type { Stack } from "../connect.ts";

/** A history, with the workflow id that its code saw. */
export interface RecordedHistory {
  readonly history: unknown;
  readonly events: number;
  readonly workflowId: string;
}

/** What replaying one history told. */
export interface ReplayOutcome {
  readonly workflowId: string;
  readonly events: number;
  /** null: today's code makes the very same decisions. */
  readonly problem: string | null;
}

/** Replays histories against today's workflow code, one after the other. */
export async function replayHistories(
  config: Config,
  histories: readonly RecordedHistory[],
): Promise<readonly ReplayOutcome[]> {
  const { DefaultLogger, Runtime, Worker } = await import("@temporalio/worker");
  try {
    // The worker would log the very difference that is told below.
    Runtime.install({
      logger: new DefaultLogger("ERROR", () => {}),
      telemetryOptions: { logging: { forward: {}, filter: "ERROR" } },
    });
  } catch (error) {
    // A process has one runtime; one that is there already does as well.
    if (!(error instanceof IllegalStateError)) throw error;
  }
  const options = { workflowBundle: { codePath: await workflowBundle(config) } };
  const outcomes: ReplayOutcome[] = [];
  for (const { history, events, workflowId } of histories) {
    const problem = await Worker.runReplayHistory(options, history, workflowId).then(
      () => null,
      explain,
    );
    outcomes.push({ workflowId, events, problem });
  }
  return outcomes;
}

/** Histories of all parts of a run, the first one first: it continued as new between them. */
export async function fetchHistories(
  stack: Stack,
  workflowId: string,
): Promise<readonly RecordedHistory[]> {
  const histories: RecordedHistory[] = [];
  let runId: string | undefined;
  do {
    const handle = stack.client.workflow.getHandle(workflowId, runId);
    const history = await handle.fetchHistory();
    histories.unshift({ history, events: history.events?.length ?? 0, workflowId });
    const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    runId = started?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return histories;
}

/** The server's own words for a difference, without the wrapping of the replayer. */
function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const inner = /message: "\[TMPRL\d+\] ([^"]+)"/.exec(text)?.[1];
  return inner ?? text.split("\n")[0] ?? text;
}
