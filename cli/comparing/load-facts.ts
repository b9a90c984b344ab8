import { parseRunId } from "../../protocol/ids.ts";
import { parseStudyId } from "../../protocol/study-spec.ts";
import { getExperiment } from "../../store/experiments.ts";
import { listIterations } from "../../store/iterations.ts";
import { listKnownIds } from "../../store/known-ids.ts";
import type { Store } from "../../store/open-store.ts";
import { getRun } from "../../store/runs.ts";
import { notFound } from "../cli-error.ts";
import { resolveId } from "../runs/resolve-id.ts";
import { loadStudy } from "../studies/load-study.ts";
import { type Facts, factsOfExperiment, factsOfRun, factsOfStudy } from "./facts.ts";

/** Something recorded, with what there is to say of it. */
export interface Recorded {
  readonly id: string;
  readonly kind: "run" | "experiment" | "study";
  readonly facts: Facts;
}

/** What a text means, from the store. Throws with exit code 3 (and near names), 2 where several fit. */
export async function loadFacts(store: Store, typed: string): Promise<Recorded> {
  const study = parseStudyId(typed);
  if (study !== null) {
    const document = await loadStudy(store, study, null);
    if (document === null) throw notFound(`no study is called ${JSON.stringify(study)}`);
    return { id: typed, kind: "study", facts: factsOfStudy(document) };
  }
  const id = resolveId(typed, await listKnownIds(store.db));
  return parseRunId(id) === null ? await experimentFacts(store, id) : await runFacts(store, id);
}

async function runFacts(store: Store, id: string): Promise<Recorded> {
  const record = await getRun(store.db, id);
  if (record === null) throw notFound(`no run ${id} in the store`);
  const iterations = await listIterations(store.db, id);
  const best = iterations.find(({ index }) => index === record.best);
  const experiments = await Promise.all(
    (best?.experiments ?? []).map((each) => getExperiment(store.db, each)),
  );
  // Repairs and confirmations are experiments of the same iteration: the accepted model says which.
  const accepted = experiments.find(
    (each) => each !== null && each.result.model?.sha256 === record.bestModel?.sha256,
  );
  return { id, kind: "run", facts: factsOfRun({ record, iterations, accepted: accepted ?? null }) };
}

async function experimentFacts(store: Store, id: string): Promise<Recorded> {
  const record = await getExperiment(store.db, id);
  if (record === null) throw notFound(`no experiment ${id} in the store`);
  const iterations =
    parseRunId(record.runId) === null ? [] : await listIterations(store.db, record.runId);
  const iteration = iterations.find(({ experiments }) => experiments.includes(id)) ?? null;
  return { id, kind: "experiment", facts: factsOfExperiment(record, iteration) };
}
