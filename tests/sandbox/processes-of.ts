import { readdirSync, readFileSync } from "node:fs";

/** Host pids of living processes whose environment holds `NAME=value`: job code gives its processes such a mark. */
export function processesWith(variable: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
        return environment.includes(variable) && !isZombie(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function isZombie(pid: string): boolean {
  return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
}
