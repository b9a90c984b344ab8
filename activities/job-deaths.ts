import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

const deathsSchema = z.array(z.object({ progress: z.number(), wallSeconds: z.number() }));

/** Deaths in a row, without progress between them, after which the job itself must be the reason. */
const MOST_DEATHS = 3;

/** What is known of a job's earlier deaths; kept beside its records until it has a result. */
export interface JobDeaths {
  /** Notes a death at `progress` (steps done); true when that was the third in a row at the same place. */
  note(progress: number, wallSeconds: number): Promise<boolean>;
  /** Wall seconds of all incarnations that died. */
  wallSeconds(): Promise<number>;
  forget(): Promise<void>;
}

/** Opens the record of a job's deaths. */
export function jobDeaths(home: string, job: string): JobDeaths {
  const path = join(home, "jobs", "deaths", `${job}.json`);
  const read = async () => {
    try {
      return deathsSchema.parse(JSON.parse(await readFile(path, "utf8")));
    } catch {
      return [];
    }
  };
  return {
    async note(progress, wallSeconds) {
      const deaths = [...(await read()), { progress, wallSeconds }];
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(deaths));
      const last = deaths.slice(-MOST_DEATHS);
      return last.length === MOST_DEATHS && last.every((death) => death.progress === progress);
    },
    wallSeconds: async () => (await read()).reduce((sum, death) => sum + death.wallSeconds, 0),
    forget: () => rm(path, { force: true }),
  };
}
