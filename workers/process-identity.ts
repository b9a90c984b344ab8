import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process for good: its id together with when it started, so that a reused id is never taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot id and start time in ticks on Linux, the start date elsewhere. */
  readonly startToken: string;
}

/** Identity of a living process, or null when there is none with this id (a zombie counts as gone). */
export function identify(pid: number): ProcessIdentity | null {
  const startToken = process.platform === "linux" ? linuxToken(pid) : psToken(pid);
  return startToken === null ? null : { pid, startToken };
}

/** Whether this very process still lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startToken === identity.startToken;
}

/** Sends a signal to this very process; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** Waits until the process is gone; false when it still lives after the time. */
export async function waitUntilGone(
  identity: ProcessIdentity,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

/** Ends a process: SIGTERM, then SIGKILL after the grace. */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!signalProcess(identity, "SIGTERM")) return;
  if (await waitUntilGone(identity, graceMs)) return;
  signalProcess(identity, "SIGKILL");
  await waitUntilGone(identity, 5_000);
}

function linuxToken(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in brackets may hold spaces and brackets itself: fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}

function psToken(pid: number): string | null {
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return line === "" || line.startsWith("Z") ? null : line.replace(/^\S+\s+/, "");
  } catch {
    return null;
  }
}
