/** The part of the Fetch API's Headers that is read here. */
export interface HeaderReader {
  get(name: string): string | null;
}

const LONGEST_PAUSE_MS = 3_600_000;

/**
 * Pause that a reply's headers ask for, in milliseconds (at most an hour): `retry-after-ms`, else `Retry-After` as seconds or
 * as an HTTP date. null where neither stands or makes sense.
 */
export function retryAfterMs(headers: HeaderReader | undefined, nowMs: number): number | null {
  const exact = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (Number.isFinite(exact) && exact >= 0) return Math.min(Math.ceil(exact), LONGEST_PAUSE_MS);
  const header = headers?.get("retry-after")?.trim();
  if (!header) return null;
  const milliseconds = /^\d+(\.\d+)?$/.test(header)
    ? Math.ceil(Number(header) * 1000)
    : Date.parse(header) - nowMs;
  if (!Number.isFinite(milliseconds)) return null;
  return Math.min(Math.max(milliseconds, 0), LONGEST_PAUSE_MS);
}
