import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

const recordSchema = z.object({
  /** Times that the job was removed and began again with incarnation 1. */
  discards: z.number().int(),
  deaths: z.array(
    z.object({
      /** `<discards>.<incarnation>`. */
      id: z.string(),
      kind: z.enum(["own", "asked"]),
      progress: z.number(),
      wallSeconds: z.number(),
      cpuSeconds: z.number(),
    }),
  ),
});
type Record = z.infer<typeof recordSchema>;

/** How one incarnation of a job died. */
export interface JobDeath {
  readonly incarnation: number;
  /** `own`: nobody of the infrastructure is to blame, so it counts; `asked`: it was stopped. */
  readonly kind: "own" | "asked";
  /** Steps done. */
  readonly progress: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** Deaths in a row, without progress between them, after which the job itself must be the reason. */
const MOST_DEATHS = 3;

/** What is known of a job's earlier deaths; kept beside its records until it has a result. */
export interface JobDeaths {
  /** Notes a death, once per incarnation; true when it is the third of its own in a row at the same place. */
  note(death: JobDeath): Promise<boolean>;
  /** The same for a job whose result is thrown away: what comes next is another job under its name. */
  discard(death: JobDeath): Promise<boolean>;
  /** Seconds of all incarnations that died. */
  seconds(): Promise<{ readonly wall: number; readonly cpu: number }>;
  forget(): Promise<void>;
}

/** Opens the record of a job's deaths. */
export function jobDeaths(home: string, job: string): JobDeaths {
  const path = join(home, "jobs", "deaths", `${job}.json`);
  const read = async (): Promise<Record> => {
    try {
      return recordSchema.parse(JSON.parse(await readFile(path, "utf8")));
    } catch {
      return { discards: 0, deaths: [] };
    }
  };
  const add = async ({ incarnation, ...death }: JobDeath, discarded: 0 | 1) => {
    const { discards, deaths } = await read();
    const id = `${discards}.${incarnation}`;
    const all = [...deaths.filter((each) => each.id !== id), { ...death, id }];
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${process.pid}.tmp`;
    await writeFile(temporary, JSON.stringify({ discards: discards + discarded, deaths: all }));
    await rename(temporary, path);
    const last = all.filter((each) => each.kind === "own").slice(-MOST_DEATHS);
    return last.length === MOST_DEATHS && last.every((each) => each.progress === death.progress);
  };
  return {
    note: (death) => add(death, 0),
    discard: (death) => add(death, 1),
    async seconds() {
      const { deaths } = await read();
      return {
        wall: deaths.reduce((sum, death) => sum + death.wallSeconds, 0),
        cpu: deaths.reduce((sum, death) => sum + death.cpuSeconds, 0),
      };
    },
    forget: () => rm(path, { force: true }),
  };
}
