import { resolve } from "node:path";
import { CamelCasePlugin, Kysely } from "kysely";
import { createPostgresDialect, hidePassword } from "./postgres-dialect.ts";
import type { Database } from "./schema.ts";
import { createSqliteDialect } from "./sqlite-dialect.ts";

/** An open database. Repositories take its `db`. */
export interface Store {
  readonly db: Kysely<Database>;
  readonly dialect: "sqlite" | "postgresql";
  /** Without the password. */
  readonly url: string;
  close(): Promise<void>;
}

export interface OpenStoreOptions {
  /** Milliseconds to wait for another process's lock, or for a connection. @default 10000 */
  readonly busyTimeoutMs?: number;
}

/**
 * Opens `sqlite:/path/to/file` (also `sqlite:relative`, `sqlite::memory:`) or `postgresql://user@host/database`. Connects with the
 * first query, so that a database that is away is a `StoreUnavailableError` there. Call `migrateToLatest` before anything else.
 * @throws Error when the URL is of another kind
 */
export function openStore(url: string, options: OpenStoreOptions = {}): Store {
  // Long enough for another process's migration; our own transactions take milliseconds.
  const busyTimeoutMs = options.busyTimeoutMs ?? 10_000;
  if (/^postgres(ql)?:\/\//.test(url)) {
    return wrap("postgresql", hidePassword(url), createPostgresDialect(url, busyTimeoutMs));
  }
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path === undefined) {
    throw new Error(
      `can't open the database "${hidePassword(url)}": expected sqlite:/path or postgresql://user@host/database`,
    );
  }
  const file = path === ":memory:" ? path : resolve(path);
  return wrap("sqlite", `sqlite:${file}`, createSqliteDialect(file, busyTimeoutMs));
}

function wrap(
  dialect: Store["dialect"],
  url: string,
  kyselyDialect: ReturnType<typeof createSqliteDialect>,
): Store {
  const db = new Kysely<Database>({ dialect: kyselyDialect, plugins: [new CamelCasePlugin()] });
  return { db, dialect, url, close: () => db.destroy() };
}
