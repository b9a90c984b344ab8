/** The five domains of FT-Dojo. */
export const DOMAINS = ["math", "patent", "chemistry", "finance", "table"] as const;
export type Domain = (typeof DOMAINS)[number];

/** `mini`: synthetic data and a tiny base model on a CPU; `full`: public data and 0.5B to 8B models on GPUs. */
export const TIERS = ["mini", "full"] as const;
export type Tier = (typeof TIERS)[number];

/** Agents that decide what to try. */
export const AGENTS = ["ft-agent", "base-model", "manual-sft"] as const;
export type AgentName = (typeof AGENTS)[number];

/** Pools of workers, one process each; `workflows` runs workflow tasks only. */
export const POOLS = ["workflows", "planner", "sandbox", "gpu", "eval", "recorder"] as const;
export type Pool = (typeof POOLS)[number];

/** Task queue of each pool. */
export const TASK_QUEUES = {
  workflows: "dojo",
  planner: "dojo-planner",
  sandbox: "dojo-sandbox",
  gpu: "dojo-gpu",
  eval: "dojo-eval",
  recorder: "dojo-recorder",
} as const satisfies Record<Pool, string>;

/** Splits whose items have answers. `raw` has none and is what agents curate from. */
export const SPLITS = ["dev", "validation", "test"] as const;
export type Split = (typeof SPLITS)[number];
