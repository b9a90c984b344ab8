import { setTimeout as sleep } from "node:timers/promises";
import type { Config } from "../../config/load.ts";
import type { StudyRecord, StudyStatus } from "../../protocol/study.ts";
import { parseStudyId } from "../../protocol/study-spec.ts";
import { countIterations } from "../../store/iterations.ts";
import type { Store } from "../../store/open-store.ts";
import { listRuns } from "../../store/runs.ts";
import { getStudy, listStudies } from "../../store/studies.ts";
import { notFound } from "../cli-error.ts";
import { withStore } from "../runs/with-store.ts";
import { suggestion } from "../suggest.ts";
import { type StudyDocument, studyDocument } from "./study-document.ts";

/** More runs than any study has. */
const ALL = 1_000_000;

/** The study that a text names, `NAME` or `study/NAME`. Throws with exit code 3 and near names. */
export async function findStudy(config: Config, typed: string): Promise<StudyRecord> {
  const name = parseStudyId(typed) ?? typed;
  return await withStore(config, async (store) => {
    const found = store === null ? null : await getStudy(store.db, name);
    if (found !== null) return found;
    const known = store === null ? [] : (await listStudies(store.db)).map((each) => each.name);
    throw notFound(
      `no study is called ${JSON.stringify(name)}`,
      suggestion(name, known) ?? "start one with `dojo study start FILE`",
    );
  });
}

/** A study with all its cells, from the store. `status`: of the living workflow, where it answered. */
export async function loadStudy(
  store: Store,
  name: string,
  status: StudyStatus | null,
): Promise<StudyDocument | null> {
  const record = await getStudy(store.db, name);
  if (record === null) return null;
  const runs = await listRuns(store.db, { study: name, limit: ALL });
  return studyDocument(record, runs, await countIterations(store.db, name), status);
}

/** Milliseconds for a new study to be recorded; without living workers it takes as long as they are away. */
const RECORDED_MS = 20_000;

/** Waits until the store knows a study that was just started, so that the next verb finds it; gives up quietly. */
export async function untilRecorded(config: Config, name: string): Promise<void> {
  const deadline = performance.now() + RECORDED_MS;
  while (performance.now() < deadline) {
    const found = await withStore(config, async (store) =>
      store === null ? null : getStudy(store.db, name),
    );
    if (found !== null) return;
    await sleep(100);
  }
}
