import type { AgentTaskCard } from "../protocol/agent.ts";
import type { TrainConfigInput } from "../protocol/train-config.ts";

/**
 * Training settings from which an agent without experience starts, by the size of the models that a tier trains. Models of
 * billions of parameters take low-rank adapters and one row at a time, or nothing fits a device; 32 rows a step as on the mini tier.
 */
export const STARTING_SETTINGS: Readonly<Record<AgentTaskCard["tier"], TrainConfigInput>> = {
  mini: {},
  full: {
    method: "lora",
    learning_rate: 1e-4,
    per_device_train_batch_size: 1,
    gradient_accumulation_steps: 32,
  },
};
