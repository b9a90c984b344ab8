import { z } from "zod";

const sourceProfileSchema = z.object({
  name: z.string(),
  rows: z.number(),
  badRows: z.number().default(0),
  duplicateRows: z.number().default(0),
  nearDuplicateShare: z.number().default(0),
  conflictingPromptShare: z.number().default(0),
  answerFormatPassRate: z.number().default(1),
  /** Share of rows per way of stating an answer; `format` is the asked one, `prose` is none that was found. */
  statementStyles: z.record(z.string(), z.number()).default({}),
  directShare: z.number().default(0),
  labelHistogram: z.record(z.string(), z.number()).default({}),
  labelImbalance: z.number().nullable().default(null),
  overContextShare: z.number().default(0),
  medianCompletionTokens: z.number().default(0),
  personalDataRows: z.record(z.string(), z.number()).default({}),
  examples: z.array(z.object({ prompt: z.string(), completion: z.string() })).default([]),
});
export type SourceProfile = Readonly<z.infer<typeof sourceProfileSchema>>;

const profileSchema = z.object({
  sources: z.array(sourceProfileSchema),
  /** Prompts that two sources share, and how often their answers agree. */
  overlaps: z
    .array(
      z.object({ source: z.string(), other: z.string(), share: z.number(), agreement: z.number() }),
    )
    .default([]),
  /** Regular expressions of the ways of stating an answer, in Python's notation; group 1 is the answer. */
  stylePatterns: z.record(z.string(), z.string()).default({}),
});
export type Profile = Readonly<z.infer<typeof profileSchema>>;

/**
 * Profile of the raw sources as far as it can be read: a source that it lacks is taken to be without a known defect, so that
 * an agent can work, if worse, where no profile was made.
 */
export function readProfile(profile: unknown, sourceNames: readonly string[]): Profile {
  const parsed = profileSchema.safeParse(profile);
  const known = parsed.success ? parsed.data : { sources: [], overlaps: [], stylePatterns: {} };
  return {
    sources: sourceNames.map(
      (name) =>
        known.sources.find((source) => source.name === name) ??
        sourceProfileSchema.parse({ name, rows: 1 }),
    ),
    overlaps: known.overlaps,
    stylePatterns: known.stylePatterns,
  };
}
