import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isNode, LineCounter, parseDocument } from "yaml";
import { ConfigError } from "./config-error.ts";
import { isMapping, type Layer } from "./layers.ts";

/**
 * Reads a YAML file as a layer. Throws {@link ConfigError} when it can't be read, is no YAML, or is no mapping.
 * @param baseFolder where its relative paths start; default: its own folder
 */
export function readYamlLayer(file: string, baseFolder = dirname(resolve(file))): Layer {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file}: can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line } = lines.linePos(problem.pos[0]);
    throw new ConfigError(`${file}:${line}: no valid YAML: ${problem.message}`);
  }
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new ConfigError(`${file}: no valid YAML: ${(error as Error).message}`);
  }
  if (!isMapping(values)) throw new ConfigError(`${file}:1: must be a mapping of keys to values`);
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
  return { origin: file, values, baseFolder, lineOf };
}
