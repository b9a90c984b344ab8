import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type Dialect, SqliteDialect } from "kysely";
import { mapSqliteError } from "./map-sqlite-error.ts";
import { StoreUnavailableError } from "./store-unavailable-error.ts";
import { withExecution } from "./with-execution.ts";

/** The part of better-sqlite3's interface that kysely's dialect asks for. */
interface SqliteDatabase {
  close(): void;
  prepare(sql: string): {
    readonly reader: boolean;
    all(parameters: readonly unknown[]): unknown[];
    run(parameters: readonly unknown[]): {
      changes: number | bigint;
      lastInsertRowid: number | bigint;
    };
    iterate(parameters: readonly unknown[]): IterableIterator<unknown>;
  };
}

/** kysely over node:sqlite. The file and its folder are made with the first query. */
export function createSqliteDialect(path: string, busyTimeoutMs: number): Dialect {
  const url = `sqlite:${path}`;
  const dialect = new SqliteDialect({ database: async () => open(path) });
  return withExecution(dialect, (work) => repeatWhileLocked(work, url, busyTimeoutMs));
}

/**
 * SQLite's own busy timeout blocks the whole process, heartbeats included, and two connections of one process would wait for each
 * other until it is over. So a locked database is tried again from here. Safe: a statement that finds it locked has done nothing.
 */
async function repeatWhileLocked<Result>(
  work: () => Promise<Result>,
  url: string,
  busyTimeoutMs: number,
): Promise<Result> {
  const deadline = Date.now() + busyTimeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const mapped = mapSqliteError(error, url);
      const locked = mapped instanceof StoreUnavailableError && mapped.reason === "locked";
      if (!locked || Date.now() > deadline) throw mapped;
      // Transactions take milliseconds; a random pause keeps two writers from meeting again and again.
      await sleep(1 + Math.random() * 9);
    }
  }
}

function open(path: string): SqliteDatabase {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true });
  try {
    // WAL: readers and one writer at once. With NORMAL a killed process loses nothing; a power cut may lose the last commits.
    database.exec("pragma journal_mode = wal; pragma synchronous = normal");
    return adapt(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(sql) {
      // A deferred transaction that reads and then writes fails half-way when another process wrote in between.
      const statement = database.prepare(sql === "begin" ? "begin immediate" : sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...bind(parameters)),
        run: (parameters) => statement.run(...bind(parameters)),
        iterate: (parameters) => statement.iterate(...bind(parameters)),
      };
    },
  };
}

function bind(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) =>
    typeof value === "boolean" ? Number(value) : (value as SQLInputValue),
  );
}
