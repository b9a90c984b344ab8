import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The right to be the supervisor of a home; the operating system takes it back when the process dies, however it dies. */
export interface HomeLock {
  release(): void;
}

/**
 * Takes the lock of a home, or returns null when another process holds it. Node has no flock: SQLite's exclusive transaction
 * is one (a POSIX record lock that dies with its process, and that children don't inherit).
 */
export function lockHome(home: string): HomeLock | null {
  const database = new DatabaseSync(join(home, "supervisor.lock"), { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (/locked|busy/i.test((error as Error).message)) return null;
    throw error;
  }
  return { release: () => database.close() };
}
