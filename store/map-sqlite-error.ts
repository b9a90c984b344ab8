import { StoreDamagedError } from "./store-damaged-error.ts";
import { StoreUnavailableError, type StoreUnavailableReason } from "./store-unavailable-error.ts";

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that say nothing about the statement. */
const REASONS: Readonly<Record<number, StoreUnavailableReason>> = {
  5: "locked", // SQLITE_BUSY
  6: "locked", // SQLITE_LOCKED
  8: "not-writable", // SQLITE_READONLY
  10: "io", // SQLITE_IOERR
  13: "disk-full", // SQLITE_FULL
  14: "not-writable", // SQLITE_CANTOPEN
};

/** Maps an error of node:sqlite to one of the store's; other errors are returned as they are. */
export function mapSqliteError(error: unknown, store: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errcode } = error as Error & { code?: string; errcode?: number };
  if (code === "ENOTDIR" || code === "EACCES" || code === "EROFS" || code === "EEXIST") {
    return new StoreUnavailableError("not-writable", store, { cause: error });
  }
  if (code === "ENOSPC") return new StoreUnavailableError("disk-full", store, { cause: error });
  if (code !== "ERR_SQLITE_ERROR" || errcode === undefined) return error;
  // Extended codes carry the primary one in their low byte.
  const primary = errcode & 0xff;
  const reason = REASONS[primary];
  if (reason !== undefined) return new StoreUnavailableError(reason, store, { cause: error });
  if (primary === 11 || primary === 26) {
    return new StoreDamagedError(store, `it is no SQLite database (${error.message})`, {
      cause: error,
    });
  }
  return error;
}
