import type { Interval, PairedDelta } from "../protocol/interval.ts";

/** A score: `0.873`; a dash where there is none. */
export function score(value: number | null): string {
  return value === null ? "–" : value.toFixed(3);
}

/** `0.873 [0.840, 0.905]`, or a dash. */
export function scoreWithInterval(interval: Interval | null): string {
  return interval === null
    ? "–"
    : `${score(interval.value)} [${score(interval.low)}, ${score(interval.high)}]`;
}

/** `+0.120 [+0.080, +0.160]`. */
export function deltaWithInterval(delta: PairedDelta): string {
  return `${signed(delta.delta)} [${signed(delta.low)}, ${signed(delta.high)}]`;
}

/** `4.2 s`, `38 s`, `3 min 20 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.floor(whole / 60)} min ${padded(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} min`;
}

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `98.2%`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** A loss to three significant digits: `0.0312`, `5.21`. */
export function loss(value: number | null): string {
  return value === null ? "–" : value.toPrecision(3);
}

/** `2026-01-02 03:04 UTC`. */
export function time(iso: string | null): string {
  return iso === null ? "–" : `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** The sum of a record's numbers. */
export function total(values: Readonly<Record<string, number | undefined>>): number {
  return Object.values(values).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function padded(value: number): string {
  return String(value).padStart(2, "0");
}
