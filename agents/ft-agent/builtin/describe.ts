import type { Plan } from "./plan.ts";

/** The data part of a plan, step by step, in words; at most 20 steps of 600 characters. */
export function describeData({ sources, operations }: Plan): string[] {
  const steps = [`take ${sources.map((source) => sourceWords(source)).join(", ")}`.slice(0, 600)];
  const add = (applies: boolean, words: string) => {
    if (applies) steps.push(words);
  };
  add(operations.readRows !== null, `read at most ${operations.readRows} rows of each source`);
  add(operations.personalData, "drop rows with e-mail addresses, telephone or card numbers");
  add(
    sources.some(({ rewrite }) => rewrite !== "none"),
    "rewrite stated answers into the asked format, keeping the steps before them",
  );
  add(operations.formatFilter, "drop rows that are not in the asked format");
  add(operations.dropDirect, "drop answers without steps");
  add(operations.arithmetic, "drop rows with a false calculation");
  add(operations.evidence, "drop rows that misquote their prompt");
  if (operations.invariants) {
    add(
      true,
      `drop rows without what nearly all rows of ${operations.invariants.trusted.join(", ")} have in common`,
    );
  }
  add(operations.conflicts === "majority", "keep the majority's answer where a prompt has several");
  add(operations.conflicts === "drop", "drop prompts with several answers");
  add(operations.votes, "drop rows outvoted by rows that ask the like");
  add(operations.dedupe === "exact", "drop exact duplicates");
  add(
    operations.dedupe === "normalized",
    "merge near duplicates, keeping the more trusted source's",
  );
  add(operations.promptCap !== null, `at most ${operations.promptCap} rows per prompt`);
  add(
    operations.lengthOutliers !== null,
    `drop rows over ${operations.lengthOutliers} times the median length`,
  );
  add(operations.maxCharacters !== null, `drop rows over ${operations.maxCharacters} characters`);
  add(
    operations.balance !== null,
    `no label more than ${operations.balance} times as often as the median one`,
  );
  if (operations.mix) {
    add(
      true,
      `repeat kinds of prompts that are rarer than in ${operations.mix.trusted.join(", ")}, at most ${operations.mix.most} times`,
    );
  }
  add(operations.maxRows !== null, `at most ${operations.maxRows} rows`);
  return steps.slice(0, 20);
}

/** The training part of a plan, in words. */
export function describeTraining({ train }: Plan): string[] {
  const length =
    train.max_steps === null ? `${train.num_train_epochs} epochs` : `${train.max_steps} steps`;
  return [
    `${train.method === "lora" ? `LoRA of rank ${train.lora.r}` : "full fine-tuning"}, ${length}`,
    `learning rate ${train.learning_rate}, ${train.lr_scheduler_type}, warm-up over ${train.warmup_ratio} of the steps`,
    `batches of ${train.per_device_train_batch_size} x ${train.gradient_accumulation_steps} rows, weight decay ${train.weight_decay}`,
  ];
}

function sourceWords({ name, cap, repeat }: Plan["sources"][number]): string {
  return `${name}${cap === null ? "" : ` (at most ${cap} rows)`}${repeat === 1 ? "" : ` (${repeat} times)`}`;
}
