import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import { type ArtifactRef, artifactRefSchema } from "../protocol/artifact-ref.ts";

/**
 * Results of work that is done, by key, below `<home>/cache/<room>`. An entry counts only while every artifact that it names is
 * in the store, so it may be deleted at any time.
 */
export interface ResultIndex {
  /** The value, or null when it is unknown, unreadable, or its artifacts are gone. */
  get(key: string): Promise<unknown | null>;
  put(key: string, value: unknown): Promise<void>;
}

/** Opens an index of the stack at `home`. */
export function resultIndex(home: string, room: string, artifacts: ArtifactStore): ResultIndex {
  const path = (key: string) => join(home, "cache", room, `${key}.json`);
  return {
    async get(key) {
      let value: unknown;
      try {
        value = JSON.parse(await readFile(path(key), "utf8"));
      } catch {
        return null;
      }
      for (const ref of artifactsIn(value)) if (!(await artifacts.has(ref))) return null;
      return value;
    },
    async put(key, value) {
      const target = path(key);
      await mkdir(dirname(target), { recursive: true });
      const temporary = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
      await writeFile(temporary, JSON.stringify(value));
      await rename(temporary, target);
    },
  };
}

/** Every artifact reference inside a value. */
function artifactsIn(value: unknown): ArtifactRef[] {
  if (typeof value !== "object" || value === null) return [];
  const parsed = artifactRefSchema.safeParse(value);
  return parsed.success ? [parsed.data] : Object.values(value).flatMap(artifactsIn);
}
