import type { Insertable, Selectable, Updateable } from "kysely";

/** A boolean, 0 or 1 on every database. */
type Flag = number;
/** An ISO 8601 time in UTC. */
type Time = string;
/** JSON text: not `jsonb`, which refuses the character U+0000 that models do write. Read it through `readJsonColumn`. */
type Json = string;

/** Tables as kysely sees them; columns are snake_case in SQL (`started_at`). */
export interface Database {
  readonly schemaVersions: SchemaVersionTable;
  readonly studies: StudyTable;
  readonly nights: NightTable;
  readonly runs: RunTable;
  readonly iterations: IterationTable;
  readonly experiments: ExperimentTable;
  readonly itemScores: ItemScoreTable;
  readonly testOpenings: TestOpeningTable;
  readonly ledger: LedgerTable;
}

/** One row per migration that was applied. */
export interface SchemaVersionTable {
  version: number;
  name: string;
  appliedAt: Time;
  /** Version of FT-Dojo that applied it. */
  appliedBy: string;
}

/** One study, as its workflow last wrote it. */
export interface StudyTable {
  name: string;
  spec: Json;
  status: string;
  startedAt: Time;
  closedAt: Time | null;
  /** Cells by state. */
  counts: Json;
}

/** One night of a sweep; key: its study. */
export interface NightTable {
  study: string;
  sweep: string;
  startedAt: Time;
  verdict: string | null;
  judgement: Json | null;
}

/** One agent run. */
export interface RunTable {
  id: string;
  study: string;
  task: string;
  domain: string;
  tier: string;
  variant: string;
  agent: string;
  backbone: string;
  seed: number;
  spec: Json;
  status: string;
  stopReason: string | null;
  startedAt: Time;
  closedAt: Time | null;
  baselineValue: number | null;
  baselineLow: number | null;
  baselineHigh: number | null;
  baselineN: number | null;
  best: number | null;
  bestValidationValue: number | null;
  bestValidationLow: number | null;
  bestValidationHigh: number | null;
  bestValidationN: number | null;
  bestModel: Json | null;
  bestSubmission: Json | null;
  testValue: number | null;
  testLow: number | null;
  testHigh: number | null;
  testN: number | null;
  testSubmetrics: Json | null;
  gpuSeconds: number;
  wallSeconds: number;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  costUsd: number;
  looks: number;
  steered: Flag;
  rebudgeted: Flag;
  budget: Json;
  protection: string;
  dataSha256: string | null;
}

/** One iteration of a run; key: run and index. */
export interface IterationTable {
  runId: string;
  iteration: number;
  strategy: Json | null;
  /** Ids of its experiments. */
  experiments: Json;
  outcome: string;
  stage: string | null;
  accepted: Flag;
  reason: string;
  delta: Json | null;
  validationValue: number | null;
  validationLow: number | null;
  validationHigh: number | null;
  validationN: number | null;
  diagnosis: Json | null;
  secondsByStage: Json;
  gpuSeconds: number;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  costUsd: number;
  closedAt: Time;
}

/** One experiment with its lineage: what is needed to make its result again. */
export interface ExperimentTable {
  id: string;
  runId: string;
  task: string;
  iteration: number;
  outcome: string;
  stage: string;
  failureClass: string | null;
  failure: Json | null;
  metric: string | null;
  validationValue: number | null;
  validationLow: number | null;
  validationHigh: number | null;
  validationN: number | null;
  benchmark: Json | null;
  feedback: Json;
  model: Json | null;
  metrics: Json | null;
  curated: Json | null;
  submission: Json;
  secondsByStage: Json;
  gpuSeconds: number;
  dataSha256: string;
  submissionSha256: string;
  scriptSha256: string | null;
  curatedSha256: string | null;
  baseModelSha256: string;
  weightsSha256: string | null;
  config: Json | null;
  curateSeed: number;
  trainSeed: number;
  versions: Json;
  protection: string;
  device: string | null;
  threads: number | null;
  image: string | null;
  closedAt: Time;
}

/** Score of one item in one experiment (or, on `test`, of one run); key: experiment, split and item. */
export interface ItemScoreTable {
  experimentId: string;
  split: string;
  item: string;
  subtask: string;
  cluster: string | null;
  score: number;
  error: string | null;
}

/** The register of held-out tests; key: run. */
export interface TestOpeningTable {
  runId: string;
  task: string;
  tier: string;
  dataSha256: string;
  modelSha256: string;
  openedAt: Time;
  scoredAt: Time | null;
  testValue: number | null;
  testLow: number | null;
  testHigh: number | null;
  testN: number | null;
  submetrics: Json | null;
}

/** What was spent on what; key: what it was spent on, so that a repeated write counts once. */
export interface LedgerTable {
  key: string;
  runId: string;
  iteration: number;
  /** `language-model` or `gpu`. */
  kind: string;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  costUsd: number;
  gpuSeconds: number;
  spentAt: Time;
}

export type StudyRow = Selectable<StudyTable>;
export type NewStudy = Insertable<StudyTable>;
export type NightRow = Selectable<NightTable>;
export type RunRow = Selectable<RunTable>;
export type NewRun = Insertable<RunTable>;
export type RunUpdate = Updateable<RunTable>;
export type IterationRow = Selectable<IterationTable>;
export type NewIteration = Insertable<IterationTable>;
export type IterationUpdate = Updateable<IterationTable>;
export type ExperimentRow = Selectable<ExperimentTable>;
export type NewExperiment = Insertable<ExperimentTable>;
export type ExperimentUpdate = Updateable<ExperimentTable>;
export type ItemScoreRow = Selectable<ItemScoreTable>;
export type NewItemScore = Insertable<ItemScoreTable>;
export type TestOpeningRow = Selectable<TestOpeningTable>;
export type NewTestOpening = Insertable<TestOpeningTable>;
export type TestOpeningUpdate = Updateable<TestOpeningTable>;
export type LedgerRow = Selectable<LedgerTable>;
export type NewLedgerEntry = Insertable<LedgerTable>;
