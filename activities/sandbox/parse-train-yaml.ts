import { parseDocument } from "yaml";
import type { TaskLimits } from "../../protocol/task-card.ts";
import { type TrainConfig, trainConfigSchema } from "../../protocol/train-config.ts";

/** YAML aliases at most: a handful is convenience, hundreds are a bomb. */
const MAX_ALIASES = 20;

/** `train.yaml` with all defaults, or what is wrong with it, key by key. */
export function parseTrainYaml(
  text: string,
  limits: TaskLimits,
):
  | { readonly ok: true; readonly config: TrainConfig }
  | { readonly ok: false; readonly message: string } {
  let value: unknown;
  try {
    const document = parseDocument(text, { uniqueKeys: true });
    const [error] = document.errors;
    if (error !== undefined) return { ok: false, message: `train.yaml: ${error.message}` };
    value = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (error) {
    return {
      ok: false,
      message: `train.yaml: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const parsed = trainConfigSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join(".") || "train.yaml"}: ${issue.message}`,
    );
    return { ok: false, message: `train.yaml: ${issues.slice(0, 10).join("; ")}` };
  }
  const { max_steps } = parsed.data;
  if (max_steps !== null && max_steps > limits.maxSteps) {
    return {
      ok: false,
      message: `train.yaml: max_steps: ${max_steps} is more than the ${limits.maxSteps} that the task allows`,
    };
  }
  return { ok: true, config: { ...parsed.data, max_steps: max_steps ?? null } };
}
