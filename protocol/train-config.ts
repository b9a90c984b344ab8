import { z } from "zod";

const loraSchema = z.strictObject({
  /** Rank. @default 16 */
  r: z.number().int().min(1).max(256).default(16),
  /** Scaling numerator. @default 32 */
  lora_alpha: z.number().min(1).max(1024).default(32),
  /** @default 0 */
  lora_dropout: z.number().min(0).max(0.5).default(0),
  /** Module names, or `all-linear`. @default "all-linear" */
  target_modules: z
    .union([z.literal("all-linear"), z.array(z.string()).min(1).max(32)])
    .default("all-linear"),
});

/**
 * `train.yaml` of a submission. Keys are those of TRL's SFTConfig and peft's LoraConfig. Exactly one of `max_steps` and
 * `num_train_epochs` counts: steps win where both stand.
 */
export const trainConfigSchema = z.strictObject({
  /** Full fine-tuning or low-rank adapters. @default "full" */
  method: z.enum(["full", "lora"]).default("full"),
  /** Optimizer steps; null: from the epochs. @default null */
  max_steps: z.number().int().min(1).max(1_000_000).nullable().default(null),
  /** Passes over the data. @default 3 */
  num_train_epochs: z.number().positive().max(100).default(3),
  /** Peak learning rate of AdamW. @default 1e-3 */
  learning_rate: z.number().positive().max(1).default(1e-3),
  /** Rows per device and micro-batch. @default 32 */
  per_device_train_batch_size: z.number().int().min(1).max(1024).default(32),
  /** Micro-batches per optimizer step. @default 1 */
  gradient_accumulation_steps: z.number().int().min(1).max(1024).default(1),
  /** Tokens of a row; longer rows are cut. null: the task's context length. @default null */
  max_length: z.number().int().min(8).max(1_048_576).nullable().default(null),
  /** Share of the steps over which the learning rate rises. @default 0.05 */
  warmup_ratio: z.number().min(0).max(0.5).default(0.05),
  /** @default "linear" */
  lr_scheduler_type: z.enum(["linear", "cosine", "constant"]).default("linear"),
  /** @default 0.01 */
  weight_decay: z.number().min(0).max(1).default(0.01),
  /** Loss over the completion only. @default true */
  completion_only_loss: z.boolean().default(true),
  /** Steps between checkpoints; null: an eighth of the training. @default null */
  save_steps: z.number().int().min(1).nullable().default(null),
  /** Used when `method` is `lora`. */
  lora: loraSchema.default(loraSchema.parse({})),
});
export type TrainConfig = Readonly<z.infer<typeof trainConfigSchema>>;
export type TrainConfigInput = Readonly<z.input<typeof trainConfigSchema>>;
