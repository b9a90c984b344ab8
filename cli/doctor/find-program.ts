import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of the first program of these names: on PATH, or where Debian keeps PostgreSQL's; null when there is none. */
export function findProgram(names: readonly string[]): string | null {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...globSync("/usr/lib/postgresql/*/bin").sort().reverse(),
  ];
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  return null;
}
