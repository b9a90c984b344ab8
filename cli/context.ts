import type { Command } from "commander";
import { parse } from "yaml";
import { type Config, loadConfig } from "../config/load.ts";
import { CliError, EXIT } from "./cli-error.ts";

/** What every verb gets from the global options. */
export interface Context {
  /** Answer with one JSON document on stdout. */
  readonly json: boolean;
  readonly config: Config;
}

/**
 * Reads the global options of a verb (`--json`, `--home`, `--config`, `--set key=value`) and loads the configuration.
 * @param flags further values by dotted path, from the verb's own options; undefined ones are ignored
 */
export function contextOf(command: Command, flags: Record<string, unknown> = {}): Context {
  const options = command.optsWithGlobals<{
    json?: boolean;
    home?: string;
    config?: string;
    set?: string[];
  }>();
  const config = loadConfig({
    home: options.home,
    file: options.config,
    flags: { ...parseSettings(options.set ?? []), ...flags },
  });
  return { json: options.json ?? false, config };
}

function parseSettings(settings: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    settings.map((setting) => {
      const at = setting.indexOf("=");
      if (at < 1) throw new CliError(EXIT.badInput, `--set ${setting}: write it as key=value`);
      return [setting.slice(0, at), parse(setting.slice(at + 1)) as unknown];
    }),
  );
}
