/** Everything that the workflow bundle registers. */
export { agentRun } from "./agent-run.ts";
export { experiment } from "./experiment.ts";
export { study } from "./study.ts";
export { sweep } from "./sweep.ts";
