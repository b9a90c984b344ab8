import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { type TaskCard, taskCardSchema } from "../protocol/task-card.ts";
import { ConfigError } from "./config-error.ts";
import { readYamlLayer } from "./read-yaml.ts";

/** A task with its folder: the card, the scorer and the generators lie side by side. */
export interface TaskFolder {
  readonly card: TaskCard;
  /** Absolute path of `tasks/<domain>/<task>`. */
  readonly folder: string;
}

/**
 * Every task below `tasks/<domain>/<task>/task.yaml` of a repository, by domain, then id. Throws {@link ConfigError} with file,
 * line, key and reason when a card is wrong, or when its id or domain is not that of its folder.
 */
export function loadTaskFolders(repository: string): readonly TaskFolder[] {
  const root = join(repository, "tasks");
  return foldersIn(root)
    .flatMap((domain) => foldersIn(join(root, domain)).map((task) => join(root, domain, task)))
    .filter((folder) => statSync(join(folder, "task.yaml"), { throwIfNoEntry: false })?.isFile())
    .map((folder) => ({ folder, card: readTaskCard(join(folder, "task.yaml")) }));
}

/** Reads and checks one card. Throws {@link ConfigError}: one line with file, line, key and reason. */
export function readTaskCard(file: string): TaskCard {
  const layer = readYamlLayer(file);
  const fail = (path: readonly PropertyKey[], what: string): never => {
    const line = layer.lineOf?.(path) ?? null;
    const where = relative(process.cwd(), file) || file;
    throw new ConfigError(
      `${where}${line === null ? "" : `:${line}`}: ${path.join(".") || "card"}: ${what}`,
    );
  };
  const parsed = taskCardSchema.safeParse(layer.values);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fail(issue?.path ?? [], issue?.message ?? "not a task card");
  }
  const [task = "", domain = ""] = file.split("/").reverse().slice(1);
  if (parsed.data.id !== task) fail(["id"], `must be the folder's name, ${task}`);
  if (parsed.data.domain !== domain) fail(["domain"], `must be the folder above, ${domain}`);
  return parsed.data;
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
