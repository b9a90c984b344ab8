import { relative } from "node:path";
import { ConfigError } from "../../config/config-error.ts";
import { explainIssue } from "../../config/explain-issue.ts";
import { mergeLayers } from "../../config/layers.ts";
import type { Config } from "../../config/load.ts";
import { readYamlLayer } from "../../config/read-yaml.ts";
import { type SweepFile, type SweepSpec, sweepFileSchema } from "../../protocol/sweep-spec.ts";
import { type Fail, failing, planStudy } from "../studies/read-study.ts";

/** A sweep file that was read and checked. */
export interface ReadSweep {
  readonly file: SweepFile;
  /** Throws for a place in the file. */
  readonly fail: Fail;
  readonly plan: (config: Config, env: Readonly<Record<string, string | undefined>>) => SweepSpec;
}

/**
 * Reads a sweep file. What the server alone can tell (that cron fires) is checked when the schedule is made.
 * @throws ConfigError with file, line, key and reason
 */
export function readSweep(path: string): ReadSweep {
  const layer = { ...readYamlLayer(path), origin: relative(process.cwd(), path) || path };
  const parsed = sweepFileSchema.safeParse(layer.values);
  if (!parsed.success) throw new ConfigError(explainIssue(parsed.error, mergeLayers([layer])));
  const file = parsed.data;
  const fail = failing(layer);
  const unknown = file.gate.variants?.findIndex((each) => !(each in file.study.variants)) ?? -1;
  if (unknown >= 0) fail(["gate", "variants", unknown], "is no variant of the study");
  if (file.gate.minimumNights > file.gate.window) {
    fail(["gate", "minimumNights"], `is more than the window of ${file.gate.window} nights holds`);
  }
  return {
    file,
    fail,
    plan: (config, env) => {
      const { name: _, ...study } = planStudy({
        file: { ...file.study, name: file.name },
        config,
        env,
        fail: (at, what) => fail(["study", ...at], what),
      });
      return { name: file.name, study, gate: file.gate };
    },
  };
}
