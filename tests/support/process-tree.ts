import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc tells it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
}

/** A process and everything below it. */
export function processTree(root: number): readonly ProcessEntry[] {
  const all = readdirSync("/proc").flatMap((entry) => {
    const found = /^\d+$/.test(entry) ? readProcess(Number(entry)) : null;
    return found === null ? [] : [found];
  });
  const family = all.filter(({ pid }) => pid === root);
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid));
  return family;
}

/** null: it ended while we looked. */
function readProcess(pid: number): ProcessEntry | null {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    const parent = /\nPPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { pid, parent: Number(parent), args };
  } catch {
    return null;
  }
}
