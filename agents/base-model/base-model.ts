import type { Agent } from "../../protocol/agent.ts";
import { NO_USAGE } from "../../protocol/usage.ts";

/** Comparator that changes nothing: it stops at once, so that the base model itself is tested. */
export function createBaseModel(): Agent {
  return {
    writtenBy: "ours",
    async propose() {
      return { kind: "stop", reason: "the base model is tested as it is", usage: NO_USAGE };
    },
    async implement() {
      throw new Error("base-model proposes nothing that could be implemented");
    },
    async diagnose() {
      const diagnosis = { summary: "Nothing was tried.", lessons: [], suggestions: [] };
      return { diagnosis, usage: NO_USAGE };
    },
  };
}
