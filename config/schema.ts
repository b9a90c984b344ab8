import { z } from "zod";
import { TIERS } from "../protocol/names.ts";
import { acceptanceSchema, budgetSchema } from "../protocol/run-spec.ts";
import { timeoutsSchema } from "../protocol/timeouts.ts";

const port = z.number().int().min(1).max(65_535);
const milliseconds = z.number().int().positive();

const temporalSchema = z.strictObject({
  /** `host:port` of a Temporal server; null: the embedded one. @default null */
  address: z.string().min(1).nullable(),
  namespace: z.string().min(1),
  /** The `temporal` program for the embedded server; null: `temporal` on PATH. @default null */
  cli: z.string().nullable(),
  /** Port of the embedded server; null: any free one. @default null */
  port: port.nullable(),
  /** Port of the embedded server's web pages; null: any free one. @default null */
  uiPort: port.nullable(),
  /** Days that closed workflows stay in the embedded server. @default 30 */
  retentionDays: z.number().int().min(1).max(3650),
});

const deviceSchema = z.strictObject({
  /** `cpu-0`, `cuda-0`: names the queue, the lock and the log of its worker process. */
  name: z.string().regex(/^[a-z]+-\d+$/, "a device is called like cpu-0 or cuda-0"),
  /** CPU threads that one job on it uses; pinned, because another count gives other last digits. */
  threads: z.number().int().min(1).max(256),
});

/** A name alone may be another image tomorrow. */
const imageDigest = z
  .string()
  .regex(/(^|@)sha256:[0-9a-f]{64}$/, "must be an image by digest: sha256:… or name@sha256:…");

const backboneSchema = z.strictObject({
  /** Base address of an OpenAI-compatible endpoint. */
  baseUrl: z.url(),
  model: z.string().min(1),
  /** Environment variable that holds the key, read in the planner pool only; null: the endpoint wants none. */
  apiKeyEnv: z.string().min(1).nullable(),
  /** USD per million tokens. */
  pricePerMillion: z.strictObject({
    promptUsd: z.number().nonnegative(),
    completionUsd: z.number().nonnegative(),
  }),
  /** Tokens of one answer. @default 16_384 */
  maxCompletionTokens: z.number().int().positive().default(16_384),
  /** null: the endpoint's own. @default null */
  temperature: z.number().min(0).max(2).nullable().default(null),
  /** One HTTP call. @default 300_000 */
  timeoutMs: milliseconds.default(300_000),
  /** Field that carries the token limit; older servers know `max_tokens` only. @default "max_completion_tokens" */
  maxTokensField: z.enum(["max_completion_tokens", "max_tokens"]).optional(),
  /** How structured output is asked for. @default "json_schema" */
  structuredOutput: z.enum(["json_schema", "json_object", "prompt"]).optional(),
  /** Times that a reply which can't be used is asked for again. @default 2 */
  maxRepairs: z.number().int().min(0).max(10).optional(),
});

const jobLimitsSchema = z.strictObject({
  memoryBytes: z.number().int().positive(),
  processes: z.number().int().positive(),
  /** Bytes below the job's output folder. */
  outputBytes: z.number().int().positive(),
  /** Wall milliseconds after which the infrastructure stops a job; never a limit of the candidate. */
  deadlineMs: milliseconds,
});

const count = z.number().int().positive();

/** The whole configuration; config/default.yaml holds every key with its meaning. */
export const configSchema = z.strictObject({
  tier: z.enum(TIERS),
  home: z.string().min(1),
  cache: z.string().min(1).nullable(),
  databaseUrl: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, "must begin with sqlite: or postgresql://")
    .nullable(),
  artifactsUrl: z
    .string()
    .regex(/^(file:|s3:)/, "must begin with file: or s3:")
    .nullable(),
  python: z.string().min(1),
  temporal: temporalSchema,
  sandbox: z.strictObject({
    /** `docker`: a container for each job. @default "process" */
    driver: z.enum(["process", "docker"]),
    bubblewrap: z.enum(["auto", "off"]),
    stackId: z
      .string()
      .regex(/^[a-z0-9]{4,16}$/, "must be 4 to 16 of a-z and 0-9")
      .nullable(),
    docker: z.strictObject({
      /** `unix:///path/to/docker.sock`; any other is refused by the driver, as jobs share folders with their workers; null: Docker's usual one. @default null */
      host: z.string().min(1).nullable(),
      /** Images by digest; null: as recorded by `make images`. @default null */
      trainer: imageDigest.nullable(),
      evaluator: imageDigest.nullable(),
    }),
    allowUnprotected: z.boolean(),
  }),
  devices: z.array(deviceSchema).min(1),
  pools: z.strictObject({
    /** Tasks at a time in each pool; null: from the machine. */
    workflows: count,
    planner: count,
    sandbox: count.nullable(),
    eval: count,
    recorder: count,
  }),
  supervisor: z.strictObject({
    restartInitialMs: milliseconds,
    restartMaximumMs: milliseconds,
    healthyAfterMs: milliseconds,
    stopGraceMs: milliseconds,
    startDeadlineMs: milliseconds,
    reaperIntervalMs: milliseconds,
    logBytes: z.number().int().positive(),
  }),
  /** Public sources and base models of the full tier. */
  data: z.strictObject({
    /** Where downloads are kept; null: `data` in the cache. @default null */
    folder: z.string().min(1).nullable(),
    /** Hub from which they come. */
    endpoint: z.url(),
    manifest: z.string().min(1),
    /** Digests of what the manifest names by revision only. */
    pins: z.string().min(1),
  }),
  /** `path` null: the folder into which `dojo data prepare` downloads the manifest's model of that name. */
  baseModels: z.record(z.string(), z.strictObject({ path: z.string().min(1).nullable() })),
  backbones: z.record(z.string(), backboneSchema),
  jobs: z.strictObject({
    sandbox: jobLimitsSchema,
    gpu: jobLimitsSchema,
    eval: jobLimitsSchema,
  }),
  run: z.strictObject({
    budget: budgetSchema,
    acceptance: acceptanceSchema,
    maxRepairs: z.number().int().min(0).max(10),
    maxAudits: count,
    continueAsNewAfter: count.nullable(),
  }),
  timeouts: timeoutsSchema,
  limits: z.strictObject({
    maxSteps: count.nullable(),
    splits: z.strictObject({ dev: count, validation: count, test: count }).partial().nullable(),
  }),
});

/** Every key with its value, as the files spell it; paths and derived values are still open. */
export type RawConfig = z.infer<typeof configSchema>;
