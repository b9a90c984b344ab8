import { z } from "zod";
import { NAME_PATTERN, type RunKey, runId } from "./ids.ts";
import { AGENTS, DOMAINS, TIERS } from "./names.ts";
import { budgetSchema, type RunSpec, runSpecSchema } from "./run-spec.ts";

const name = z
  .string()
  .regex(
    NAME_PATTERN,
    "a name is made of a-z, 0-9, dot, dash and underscore, at most 63 characters",
  );

/** An agent with its settings, as a study file writes it. */
const variantFileSchema = z.strictObject({
  agent: z.enum(AGENTS),
  /** `builtin`, or a name from the configuration's `backbones`. @default "builtin" */
  backbone: z.string().default("builtin"),
  /** Parts of ft-agent that are switched off. @default none */
  ablate: z.array(z.enum(["failFast", "feedback", "memory"])).default([]),
  /** A base model of the configuration. @default the card's */
  baseModel: z.string().nullable().default(null),
});

/** A study file: tasks x variants x seeds, less what is excluded. */
export const studyFileSchema = z.strictObject({
  name,
  /** Task ids, or `all` that the tier has. */
  tasks: z.union([z.literal("all"), z.array(z.string()).min(1)]),
  /** Variants by name. */
  variants: z.record(name, variantFileSchema).refine((each) => Object.keys(each).length > 0, {
    message: "a study needs at least one variant",
  }),
  seeds: z.array(z.number().int().nonnegative()).min(1),
  /** @default the configuration's tier */
  tier: z.enum(TIERS).optional(),
  /** Limits of each run; what is left out comes from the configuration. Equal for all variants, so that they can be compared. */
  budget: budgetSchema.partial().default({}),
  /** Runs that are open at a time. @default 4 */
  concurrency: z.number().int().min(1).max(1000).default(4),
  /** Temporal's priority of the study's tasks: 1 comes first, 5 last; `dojo run` has 2. @default 3 */
  priority: z.number().int().min(1).max(5).default(3),
  /** Share among studies of the same priority, relative to other studies' weights. @default 1 */
  weight: z.number().min(0.001).max(1000).default(1),
  /** Cells that are left out: all that match every field given. */
  exclude: z
    .array(
      z
        .strictObject({
          task: z.string().optional(),
          variant: z.string().optional(),
          seed: z.number().int().optional(),
        })
        .refine((each) => Object.keys(each).length > 0, { message: "names no cell" }),
    )
    .default([]),
});
export type StudyFile = z.infer<typeof studyFileSchema>;

/** What all runs of a variant share: a run's specification without what the cell adds. */
const variantSpecSchema = runSpecSchema.omit({
  id: true,
  study: true,
  task: true,
  domain: true,
  seed: true,
  reportTo: true,
});

/** Everything that defines a study; the input of the workflow `study`. */
export const studySpecSchema = z.strictObject({
  name,
  tasks: z.array(z.strictObject({ id: z.string(), domain: z.enum(DOMAINS) })).min(1),
  variants: z.array(variantSpecSchema).min(1),
  seeds: z.array(z.number().int().nonnegative()).min(1),
  exclude: studyFileSchema.shape.exclude,
  concurrency: z.number().int().min(1),
  priority: z.number().int().min(1).max(5),
  weight: z.number().positive(),
  /** Milliseconds between two looks for runs whose end was never told. */
  reconcileMs: z.number().int().positive(),
});
export type StudySpec = Readonly<z.infer<typeof studySpecSchema>>;

/** One run that a study asks for. */
export interface Cell {
  readonly task: string;
  readonly variant: string;
  readonly seed: number;
}

/** A cell's key within its study. */
export function cellKey({ task, variant, seed }: Cell): string {
  return `${task}/${variant}/s${seed}`;
}

/**
 * The cells of a study, in the order in which they start: seed by seed, so that a study that is cut short has whole
 * replications, and within a seed task by task.
 */
export function cellsOf(
  spec: Pick<StudySpec, "seeds" | "exclude"> & {
    readonly tasks: readonly { readonly id: string }[];
    readonly variants: readonly { readonly variant: string }[];
  },
): readonly Cell[] {
  const cells = spec.seeds.flatMap((seed) =>
    spec.tasks.flatMap(({ id: task }) =>
      spec.variants.map(({ variant }) => ({ task, variant, seed })),
    ),
  );
  return cells.filter((cell) => !spec.exclude.some((rule) => matches(cell, rule)));
}

function matches(cell: Cell, rule: StudySpec["exclude"][number]): boolean {
  return (
    (rule.task === undefined || rule.task === cell.task) &&
    (rule.variant === undefined || rule.variant === cell.variant) &&
    (rule.seed === undefined || rule.seed === cell.seed)
  );
}

/** The specification of a cell's run. @throws Error for a cell that the study does not have */
export function runSpecOf(spec: StudySpec, cell: Cell, attempt: number): RunSpec {
  const task = spec.tasks.find(({ id }) => id === cell.task);
  const variant = spec.variants.find((each) => each.variant === cell.variant);
  if (task === undefined || variant === undefined) throw new Error(`no cell ${cellKey(cell)}`);
  const key: RunKey = { study: spec.name, ...cell, attempt };
  return {
    ...variant,
    id: runId(key),
    study: spec.name,
    task: task.id,
    domain: task.domain,
    seed: cell.seed,
    reportTo: studyId(spec.name),
  };
}

/** Workflow id of a study. */
export function studyId(study: string): string {
  return `study/${study}`;
}

/** The name in a study's workflow id, or null when the text is not one. */
export function parseStudyId(id: string): string | null {
  return /^study\/([^/]+)$/.exec(id)?.[1] ?? null;
}
