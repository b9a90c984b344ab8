import type { RunSpec } from "./run-spec.ts";
import {
  DOJO_DOMAIN,
  DOJO_ITERATION,
  DOJO_PHASE,
  DOJO_STUDY,
  DOJO_TASK,
  DOJO_TIER,
  DOJO_VARIANT,
} from "./search-attributes.ts";

/** What the Temporal UI shows of a run from its first moment on, whoever starts it: the command line, or a study. */
export function runStartOptions(spec: RunSpec) {
  return {
    workflowId: spec.id,
    staticSummary: `${spec.variant} on ${spec.task}, seed ${spec.seed}, up to ${spec.budget.iterations} iterations`,
    staticDetails: details(spec),
    memo: { study: spec.study, agent: spec.agent, seed: spec.seed, budget: spec.budget },
    typedSearchAttributes: [
      { key: DOJO_STUDY, value: spec.study },
      { key: DOJO_DOMAIN, value: spec.domain },
      { key: DOJO_TASK, value: spec.task },
      { key: DOJO_TIER, value: spec.tier },
      { key: DOJO_VARIANT, value: spec.variant },
      { key: DOJO_PHASE, value: "preparing" },
      { key: DOJO_ITERATION, value: 0 },
    ],
  };
}

/** Markdown that the Temporal UI shows beside the run: its settings. */
function details(spec: RunSpec): string {
  const { agent, budget } = spec;
  const off = Object.entries(agent.ablations)
    .filter(([, value]) => value)
    .map(([name]) => name);
  const limits = Object.entries(budget)
    .filter(([name, value]) => name !== "iterations" && value !== null)
    .map(([name, value]) => `${name} ${value}`);
  return [
    `**${spec.id}**`,
    "",
    `Agent ${agent.name}, backbone ${agent.backbone}${off.length > 0 ? `, without ${off.join(", ")}` : ""}.`,
    `Task ${spec.task} (${spec.domain}), ${spec.tier} tier, base model ${spec.baseModel ?? "of the card"}.`,
    `Budget: ${budget.iterations} iterations${limits.length > 0 ? `, ${limits.join(", ")}` : ""}.`,
    ...(spec.approve ? ["Proposals wait for `dojo approve`."] : []),
  ].join("\n");
}
