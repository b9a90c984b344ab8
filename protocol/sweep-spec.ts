import { z } from "zod";
import { NAME_PATTERN } from "./ids.ts";
import { studyFileSchema, studySpecSchema } from "./study-spec.ts";

const name = z
  .string()
  .regex(
    NAME_PATTERN,
    "a name is made of a-z, 0-9, dot, dash and underscore, at most 63 characters",
  )
  // A night's study is called after its sweep and its time.
  .max(40, "a sweep's name has at most 40 characters");

/** A time span as people write it: `90s`, `10m`, `6h`, `2d`. */
const span = z
  .string()
  .regex(/^\d+[smhd]$/, "a time span is a whole number with s, m, h or d: 90s, 10m, 6h, 2d");

/** What happens when a night begins while the one before still runs; Temporal's overlap policies. */
export const OVERLAPS = ["skip", "bufferOne", "bufferAll", "cancelOther", "allowAll"] as const;

/** When a sweep runs. */
export const scheduleSchema = z.strictObject({
  /** Five fields (minute, hour, day of month, month, day of week), or `@daily` and the like. */
  cron: z.string().min(1),
  /** IANA name of the zone in which cron is meant. @default "UTC" */
  timezone: z
    .string()
    .refine(isTimezone, "no such time zone; write an IANA name like Europe/Berlin")
    .default("UTC"),
  /** Each start is put off by a random time up to this. @default "0s" */
  jitter: span.default("0s"),
  /** @default "skip" */
  overlap: z.enum(OVERLAPS).default("skip"),
  /** How late a night may still start after an outage of the server. @default "6h" */
  catchupWindow: span.default("6h"),
});

/** How a night is judged against the accepted nights before it. */
export const gateSchema = z.strictObject({
  /** Variants that are judged. @default all of the study */
  variants: z.array(z.string()).min(1).optional(),
  /** Accepted nights that make the baseline, the latest ones. @default 5 */
  window: z.number().int().min(1).max(60).default(5),
  /** Nights that must have been accepted before there is a verdict; earlier ones are accepted when they are whole. @default 1 */
  minimumNights: z.number().int().min(1).max(60).default(1),
  /** Loss on the test split, mean over tasks, that must not go unseen. @default 0.05 */
  effect: z.number().positive().max(1).default(0.05),
  /** Chance that a night without any change is called a regression. @default 0.05 */
  level: z.number().positive().max(0.5).default(0.05),
  /** Address that is told (POST, JSON) when the gate says no. @default none */
  webhook: z.url().nullable().default(null),
});
export type GateSettings = Readonly<z.infer<typeof gateSchema>>;

/** A sweep file: a schedule, the study of each night, and its gate. */
export const sweepFileSchema = z.strictObject({
  name,
  schedule: scheduleSchema,
  /** As in a study file, without the name. */
  study: studyFileSchema.omit({ name: true }),
  gate: gateSchema.prefault({}),
});
export type SweepFile = z.infer<typeof sweepFileSchema>;

/** Input of the workflow `sweep`. */
export const sweepSpecSchema = z.strictObject({
  name,
  /** The study of a night; its name is replaced by the night's. */
  study: studySpecSchema.omit({ name: true }),
  gate: gateSchema,
});
export type SweepSpec = Readonly<z.infer<typeof sweepSpecSchema>>;

/** Id of a sweep's schedule and, with the time that the server appends, of its workflows. */
export function sweepId(sweep: string): string {
  return `sweep/${sweep}`;
}

/** Name of a night's study: `nightly-20261127t020000z`. */
export function nightName(sweep: string, at: Date): string {
  const stamp = at.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "").toLowerCase();
  return `${sweep}-${stamp}`;
}

/** Milliseconds of a span. */
export function spanMs(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? ""] ?? Number.NaN;
  return Number.parseInt(text, 10) * unit;
}

function isTimezone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
