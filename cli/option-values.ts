import { InvalidArgumentError } from "commander";

/** Parser of an option: a whole number of at least `minimum`. commander prints the message and the verb ends with 2. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${minimum}.`);
    }
    return value;
  };
}

/** Parser of an option: a number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return value;
}

/** Parser of an option: a score from 0 to 1. */
export function score(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("Expected a score from 0 to 1.");
  }
  return value;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Parser of an option: seconds above 0, or a number with a unit: `90s`, `30m`, `2h`, `1d`. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text.trim());
  const seconds = Number(match?.[1]) * (UNIT_SECONDS[match?.[2] || "s"] ?? Number.NaN);
  if (match === null || !(seconds > 0)) {
    throw new InvalidArgumentError("Expected seconds above 0, or a number with a unit: 30m, 2h.");
  }
  return seconds;
}

/** Lets an option also take `none`, which lifts the limit. (commander takes a null for a missing value.) */
export function orNone<T>(parse: (text: string) => T): (text: string) => T | "none" {
  return (text) => (text === "none" ? "none" : parse(text));
}
