import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { Kysely } from "kysely";
import type { StudyActivities } from "../../protocol/activities.ts";
import { parseRunId } from "../../protocol/ids.ts";
import type { RunStatus } from "../../protocol/records.ts";
import { CELL_LETTERS, type RunClosed } from "../../protocol/study.ts";
import { cellKey, cellsOf } from "../../protocol/study-spec.ts";
import { getRun, listRunStates, upsertRun } from "../../store/runs.ts";
import type { Database } from "../../store/schema.ts";
import { upsertStudy } from "../../store/studies.ts";
import { withFaults } from "../with-faults.ts";

/** What a study's activities need. */
export interface StudyDeps {
  readonly db: Kysely<Database>;
  readonly client: Client;
}

/** Questions to the server that are on their way at a time. */
const QUESTIONS = 20;

/** Activities of a study, on the recorder pool: it has the store, and no answers, keys or devices. */
export function createStudyActivities({ db, client }: StudyDeps): StudyActivities {
  return withFaults({
    recordStudy: (record) => upsertStudy(db, record),

    async knownCells(spec) {
      const latest = new Map<string, { id: string; attempt: number; status: RunStatus }>();
      for (const { id, status } of await listRunStates(db, spec.name)) {
        const key = parseRunId(id);
        if (key === null) continue;
        const before = latest.get(cellKey(key));
        if (before === undefined || before.attempt < key.attempt) {
          latest.set(cellKey(key), { id, attempt: key.attempt, status });
        }
      }
      // The store hears of a terminated run from nobody.
      const open = [...latest.values()].filter(({ status }) => status === "running");
      const ended = new Map(
        (
          await closedOf(
            client,
            db,
            open.map(({ id }) => id),
          )
        ).map(({ id, status }) => [id, status]),
      );
      const attempts: Record<number, number> = {};
      const letters = cellsOf(spec).map((cell, at) => {
        const run = latest.get(cellKey(cell));
        if (run === undefined) return CELL_LETTERS.waiting;
        if (run.attempt !== 1) attempts[at] = run.attempt;
        return CELL_LETTERS[ended.get(run.id) ?? run.status];
      });
      return { letters: letters.join(""), attempts };
    },

    closedRuns: (ids) => closedOf(client, db, ids),
  });
}

/**
 * Those of the runs that have closed, by the server's word; one that it has forgotten, by the store's. A run that was terminated
 * could not say so itself: its record is closed here.
 */
async function closedOf(
  client: Client,
  db: Kysely<Database>,
  ids: readonly string[],
): Promise<readonly RunClosed[]> {
  const closed: RunClosed[] = [];
  for (let start = 0; start < ids.length; start += QUESTIONS) {
    const answers = await Promise.all(
      ids
        .slice(start, start + QUESTIONS)
        .map(async (id) => ({ id, status: await end(client, db, id) })),
    );
    for (const { id, status } of answers) if (status !== null) closed.push({ id, status });
  }
  return closed;
}

/** How a run ended; null: it has not. */
async function end(
  client: Client,
  db: Kysely<Database>,
  id: string,
): Promise<RunClosed["status"] | null> {
  const record = await getRun(db, id);
  if (record !== null && record.status !== "running") return record.status;
  const status = await statusOf(client, id);
  if (status === null) return null;
  if (record !== null) {
    const stopReason = `the workflow was ${status.word} from outside`;
    await upsertRun(db, {
      ...record,
      status: status.status,
      stopReason,
      closedAt: new Date().toISOString(),
    });
  }
  return status.status;
}

async function statusOf(
  client: Client,
  id: string,
): Promise<{ readonly status: RunClosed["status"]; readonly word: string } | null> {
  try {
    const { status } = await client.workflow.getHandle(id).describe();
    switch (status.name) {
      case "COMPLETED":
        return { status: "completed", word: "completed" };
      case "CANCELLED":
        return { status: "cancelled", word: "cancelled" };
      case "FAILED":
      case "TERMINATED":
      case "TIMED_OUT":
        return { status: "failed", word: status.name.toLowerCase().replace("_", " ") };
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { status: "failed", word: "lost" };
    throw error;
  }
}
