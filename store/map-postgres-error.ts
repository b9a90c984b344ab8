import { StoreUnavailableError, type StoreUnavailableReason } from "./store-unavailable-error.ts";

/** Error codes of Node's sockets and of pg that mean: no answer. */
const UNREACHABLE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT", // the socket's file
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Maps an error of pg to one of the store's; other errors are returned as they are. */
export function mapPostgresError(error: unknown, store: string): unknown {
  if (!(error instanceof Error)) return error;
  const reason = reasonOf(error);
  return reason === null ? error : new StoreUnavailableError(reason, store, { cause: error });
}

/** SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function reasonOf(error: Error): StoreUnavailableReason | null {
  const code = (error as { code?: unknown }).code;
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors[0] instanceof Error ? reasonOf(error.errors[0]) : null;
  }
  if (typeof code !== "string") {
    return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
      error.message,
    )
      ? "unreachable"
      : null;
  }
  if (UNREACHABLE.has(code) || code.startsWith("08") || code.startsWith("57P"))
    return "unreachable";
  // Too many connections; deadlock, serialization failure and lock timeout.
  if (code === "53300") return "unreachable";
  if (code === "40001" || code === "40P01" || code === "55P03") return "locked";
  if (code === "53100") return "disk-full";
  if (code === "25006") return "not-writable"; // a read-only standby
  if (code === "58030") return "io";
  return null;
}
