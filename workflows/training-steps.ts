import type { TrainConfig } from "../protocol/train-config.ts";

/** Optimizer steps that a configuration means for so many rows, the 5% hold-out taken off. */
export function trainingSteps(config: TrainConfig, rows: number): number {
  if (config.max_steps !== null) return config.max_steps;
  const perStep = config.per_device_train_batch_size * config.gradient_accumulation_steps;
  return Math.ceil(Math.ceil((rows * 0.95) / perStep) * config.num_train_epochs);
}
