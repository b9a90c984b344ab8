import { defineSearchAttributeKey, SearchAttributeType } from "@temporalio/common";

/** Typed search attributes of runs and experiments. */
export const DOJO_STUDY = defineSearchAttributeKey("DojoStudy", SearchAttributeType.KEYWORD);
export const DOJO_DOMAIN = defineSearchAttributeKey("DojoDomain", SearchAttributeType.KEYWORD);
export const DOJO_TASK = defineSearchAttributeKey("DojoTask", SearchAttributeType.KEYWORD);
export const DOJO_TIER = defineSearchAttributeKey("DojoTier", SearchAttributeType.KEYWORD);
export const DOJO_VARIANT = defineSearchAttributeKey("DojoVariant", SearchAttributeType.KEYWORD);
/** What the run is doing: see {@link Phase}. */
export const DOJO_PHASE = defineSearchAttributeKey("DojoPhase", SearchAttributeType.KEYWORD);
/** How it ended: `completed`, `cancelled`, `failed`; for experiments also a failure class. */
export const DOJO_OUTCOME = defineSearchAttributeKey("DojoOutcome", SearchAttributeType.KEYWORD);
export const DOJO_ITERATION = defineSearchAttributeKey("DojoIteration", SearchAttributeType.INT);
/** Best validation score so far, 0..1. */
export const DOJO_BEST_SCORE = defineSearchAttributeKey(
  "DojoBestScore",
  SearchAttributeType.DOUBLE,
);

/** All of them, with Temporal's type names, for the server's set-up. */
export const SEARCH_ATTRIBUTES = {
  DojoStudy: "Keyword",
  DojoDomain: "Keyword",
  DojoTask: "Keyword",
  DojoTier: "Keyword",
  DojoVariant: "Keyword",
  DojoPhase: "Keyword",
  DojoOutcome: "Keyword",
  DojoIteration: "Int",
  DojoBestScore: "Double",
} as const;

/** Values of DojoPhase. */
export type Phase =
  | "preparing"
  | "proposing"
  | "awaiting-approval"
  | "implementing"
  | "validating"
  | "curating"
  | "training"
  | "evaluating"
  | "diagnosing"
  | "testing"
  | "paused"
  | "closed";
