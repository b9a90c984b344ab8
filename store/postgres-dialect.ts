import { type Dialect, PostgresDialect } from "kysely";
import pg from "pg";
import { mapPostgresError } from "./map-postgres-error.ts";
import { withExecution } from "./with-execution.ts";

const INT8 = 20;

/** kysely over pg. Nothing is connected before the first query. */
export function createPostgresDialect(url: string, busyTimeoutMs: number): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    // One pool per worker process, whose statements take milliseconds.
    max: 8,
    connectionTimeoutMillis: busyTimeoutMs,
    lock_timeout: busyTimeoutMs,
    types: {
      // Token counts fit a double exactly; pg would give them as text.
      getTypeParser: ((oid: number, format?: "text" | "binary") =>
        oid === INT8
          ? Number
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that the server closes emits an error, which would end the process; the next query connects anew.
  pool.on("error", () => {});
  const shownUrl = hidePassword(url);
  return withExecution(new PostgresDialect({ pool }), (work) =>
    work().catch((error: unknown) => {
      throw mapPostgresError(error, shownUrl);
    }),
  );
}

/** A database URL fit for messages. */
export function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^:@/]*):[^@/]*@/, "$1:***@");
}
