import type { Interval, PairedDelta } from "../../protocol/interval.ts";

/** `0.873 [0.840, 0.905]`, or a dash where there is none. */
export function scoreText(interval: Interval | null): string {
  if (interval === null) return "–";
  return `${interval.value.toFixed(3)} [${interval.low.toFixed(3)}, ${interval.high.toFixed(3)}]`;
}

/** `+0.120 [+0.080, +0.160], probability 0.998`. */
export function deltaText(delta: PairedDelta): string {
  return `${signed(delta.delta)} [${signed(delta.low)}, ${signed(delta.high)}], probability ${delta.probability.toFixed(3)}`;
}

/** `4.2 s`, `38 s`, `3 min 20 s`, `2 h 05 min`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) {
    return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  }
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `12.3 MB`; powers of ten. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** One line of at most `columns` characters, cut with an ellipsis. */
export function oneLine(text: string, columns: number): string {
  const characters = [...text.replace(/\s+/g, " ").trim()];
  return characters.length <= columns
    ? characters.join("")
    : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}

/** `1 item`, `3 items`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
