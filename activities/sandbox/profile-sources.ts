import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { SandboxActivities } from "../../protocol/activities.ts";
import { artifactRefSchema } from "../../protocol/artifact-ref.ts";
import { fault } from "../faults.ts";
import { scriptsSha256 } from "../job-inputs.ts";
import { resultIndex } from "../result-index.ts";
import type { JobDeps } from "../run-job.ts";
import { readScriptResult } from "../script-result.ts";
import { statisticsCard, taskOf } from "../task-cards.ts";
import { runScript } from "./script-job.ts";

/** Statistics of every raw source, as agents see them; the same for all runs of a task, so kept. */
export async function profileSources(
  deps: JobDeps,
  input: Parameters<SandboxActivities["profileSources"]>[0],
): ReturnType<SandboxActivities["profileSources"]> {
  const { config, artifacts } = deps;
  const card = statisticsCard(config, input.task, input.tier);
  const context = String(taskOf(config, input.task, input.tier).tier.contextLength);
  const scripts = await scriptsSha256(join(config.repository, "sandbox-images", "trainer"));
  const key = createHash("sha256")
    .update([scripts, card, context, input.raw.sha256, input.baseModel.sha256].join("\n"))
    .digest("hex");
  const index = resultIndex(config.home, "profiles", artifacts);
  const known = artifactRefSchema.safeParse(await index.get(key));
  if (known.success) return { profile: known.data };

  const job = await runScript(deps, {
    runId: `profile/${input.task}`,
    label: key.slice(0, 12),
    stage: "profileSources",
    script: "profile_sources.py",
    args: [
      "--sources",
      "{{sources}}",
      "--card-json",
      card,
      "--model",
      "{{model}}",
      "--context",
      context,
    ],
    inputs: { sources: input.raw, model: input.baseModel },
  });
  const result = await readScriptResult(job, z.looseObject({}));
  if (!result.ok) {
    await job.release();
    throw fault(
      "ScriptCrashed",
      `the sources of ${input.task} can't be profiled: ${result.failure.message}`,
    );
  }
  const profile = await artifacts.putJson(result.value);
  await index.put(key, profile);
  await job.release();
  return { profile };
}
