import type { Interval } from "../protocol/interval.ts";

/** An interval from its four columns; null when there is none. */
export function readInterval(
  value: number | null,
  low: number | null,
  high: number | null,
  n: number | null,
): Interval | null {
  if (value === null || low === null || high === null || n === null) return null;
  return { value, low, high, n };
}

type IntervalColumns<Prefix extends string> = {
  readonly [Part in `${Prefix}${"Value" | "Low" | "High" | "N"}`]: number | null;
};

/** The four columns of an interval: `<prefix>Value`, `Low`, `High`, `N`. */
export function writeInterval<Prefix extends string>(
  prefix: Prefix,
  interval: Interval | null,
): IntervalColumns<Prefix> {
  return {
    [`${prefix}Value`]: interval?.value ?? null,
    [`${prefix}Low`]: interval?.low ?? null,
    [`${prefix}High`]: interval?.high ?? null,
    [`${prefix}N`]: interval?.n ?? null,
  } as IntervalColumns<Prefix>;
}
