import type { ArtifactRef } from "./artifact-ref.ts";
import type { CandidateFailure } from "./failure-class.ts";
import type { AuditView, BenchmarkReport, DataStatistics } from "./feedback.ts";
import type { ExperimentKind } from "./ids.ts";
import type { Domain, Tier } from "./names.ts";
import type { Stage } from "./stage.ts";
import type { Timeouts } from "./timeouts.ts";
import type { TrainConfig } from "./train-config.ts";

/** A task made ready: sources and base model as artifacts, splits in the eval pool's folder. */
export interface PreparedTask {
  /** sha256 over sources and splits: which data this is. */
  readonly dataSha256: string;
  readonly raw: ArtifactRef;
  readonly baseModel: ArtifactRef;
  /** Profile of the sources as agents see it (JSON). */
  readonly profile: ArtifactRef;
  /** Prompts of dev and validation, ids prefixed with the split: `dev:<id>`, `validation:<id>`. */
  readonly prompts: ArtifactRef;
  /** Tables of dev and validation by the same ids, where predictions are programs that draw them; without it nothing is drawn. */
  readonly tables?: ArtifactRef;
  readonly contextLength: number;
  readonly maxNewTokens: number;
  /** Standard deviation of the score between training seeds, from the card. */
  readonly seedSpread: number;
}

/** What is already known of the data, for a confirmation that only trains again with another seed. */
export interface CuratedData {
  readonly statistics: DataStatistics;
  readonly audit: AuditView;
  /** Audited rows less the hold-out. */
  readonly train: ArtifactRef;
  /** 5% of the audited rows, by hash of the prompt. */
  readonly holdout: ArtifactRef;
  readonly config: TrainConfig;
}

/** Input of the workflow `experiment`. */
export interface ExperimentSpec {
  readonly id: string;
  /** The run that it belongs to; for an experiment by hand its own id. */
  readonly runId: string;
  readonly study: string;
  readonly task: string;
  readonly domain: Domain;
  readonly tier: Tier;
  readonly variant: string;
  readonly iteration: number;
  readonly kind: ExperimentKind;
  /** Tree with process_data.py and train.yaml. */
  readonly submission: ArtifactRef;
  /** Whether a language model wrote the submission. */
  readonly writtenBy: "ours" | "operator" | "language-model";
  readonly runSeed: number;
  /** null: the experiment prepares the task itself (by hand). */
  readonly prepared: PreparedTask | null;
  readonly baseModel: string | null;
  /** Set for confirmations: stages 1 to 4 are skipped. */
  readonly curated: CuratedData | null;
  /** Experiments to compare with on validation; null where there is none. */
  readonly compareWith: {
    readonly parent: string | null;
    readonly best: string | null;
    readonly baseline: string | null;
  };
  /** Whether the audit's held-out count may be shown: the run's number of looks is capped. */
  readonly showHeldOutMatches: boolean;
  /** false: ablation without fail-fast validation; stages 2 and 3 are skipped (1 also parses train.yaml, so it stays). */
  readonly failFast: boolean;
  readonly allowUnprotected: boolean;
  readonly timeouts: Timeouts;
}

/** What made an experiment's result: enough to make it again. */
export interface Lineage {
  readonly dataSha256: string;
  readonly submissionSha256: string;
  readonly scriptSha256: string | null;
  readonly curatedSha256: string | null;
  readonly baseModelSha256: string;
  readonly weightsSha256: string | null;
  readonly config: TrainConfig | null;
  readonly seeds: { readonly curate: number; readonly train: number };
  /** Versions of what ran: torch, transformers, trl, peft, ft-dojo, python. */
  readonly versions: Readonly<Record<string, string>>;
  readonly protection: string;
  readonly device: string | null;
  readonly threads: number | null;
  /** Digest of the image that curation, training and generation ran in; absent where the sandbox has none. */
  readonly image?: string;
}

/** Result of the workflow `experiment`. */
export interface ExperimentResult {
  readonly id: string;
  readonly outcome: "completed" | "failed";
  /** The last stage that ran. */
  readonly stage: Stage;
  readonly failure: CandidateFailure | null;
  readonly feedback: ArtifactRef;
  readonly benchmark: BenchmarkReport | null;
  readonly model: ArtifactRef | null;
  readonly metrics: ArtifactRef | null;
  readonly curated: CuratedData | null;
  readonly lineage: Lineage;
  readonly secondsByStage: Readonly<Partial<Record<Stage, number>>>;
  readonly gpuSeconds: number;
}
