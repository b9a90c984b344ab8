import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What tells a process from any other that gets the same pid later, in this boot or another. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot; null when it had ended before anyone looked. */
  startTime: z.number().int().nullable(),
  bootId: z.string(),
});
export type ProcessIdentity = Readonly<z.infer<typeof processIdentitySchema>>;

let bootId: Promise<string> | undefined;

function currentBootId(): Promise<string> {
  bootId ??= readFile("/proc/sys/kernel/random/boot_id", "ascii").then((text) => text.trim());
  return bootId;
}

/** Start time of a living process in clock ticks since boot; null where there is none, or only its zombie. */
async function startTime(pid: number): Promise<number | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, "latin1");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
  // The command's name stands in brackets and may hold anything, brackets too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? null : Number(fields[19]);
}

/** True when that very process lives: a reused pid or another boot never counts. */
export async function isAlive(identity: ProcessIdentity | null): Promise<boolean> {
  if (identity === null || identity.startTime === null) return false;
  if (identity.bootId !== (await currentBootId())) return false;
  return (await startTime(identity.pid)) === identity.startTime;
}
