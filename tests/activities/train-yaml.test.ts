import { describe, expect, test } from "vitest";
import { parseTrainYaml } from "../../activities/sandbox/parse-train-yaml.ts";
import type { TaskLimits } from "../../protocol/task-card.ts";

const LIMITS: TaskLimits = {
  curationCpuSeconds: 30,
  curationMemoryMb: 512,
  outputMegabytes: 16,
  maxRows: 1000,
  maxSteps: 240,
  maxTokens: 100_000,
};

describe("train.yaml", () => {
  test("gets the default of every key that it leaves out", () => {
    const parsed = parseTrainYaml("max_steps: 120\nlearning_rate: 3e-4\n", LIMITS);
    expect(parsed).toMatchObject({
      ok: true,
      config: {
        method: "full",
        max_steps: 120,
        learning_rate: 3e-4,
        per_device_train_batch_size: 32,
        lora: { r: 16, target_modules: "all-linear" },
      },
    });
  });

  test("may be empty", () => {
    expect(parseTrainYaml("# all defaults\n", LIMITS)).toMatchObject({
      ok: true,
      config: { max_steps: null, num_train_epochs: 3 },
    });
  });

  test.each([
    ["an unknown key", "max_step: 3", /max_step/],
    ["an unknown key of lora", "lora: {rank: 3}", /lora: .*rank/],
    ["a value out of bounds", "learning_rate: 2", /^train\.yaml: learning_rate: /],
    ["not a number", "learning_rate: .nan", /^train\.yaml: learning_rate: /],
    ["infinity", "num_train_epochs: .inf", /^train\.yaml: num_train_epochs: /],
    ["a nested value out of bounds", "lora: {r: 0}", /^train\.yaml: lora\.r: /],
    ["a fraction of a step", "max_steps: 1.5", /^train\.yaml: max_steps: /],
    ["more steps than the task allows", "max_steps: 241", /241 is more than the 240/],
    ["a key twice", "max_steps: 1\nmax_steps: 2", /unique/],
    ["no mapping", "- 1\n- 2", /expected object/],
    ["no YAML", "lora: {r: 1", /^train\.yaml: /],
    ["two documents", "max_steps: 1\n---\nmax_steps: 2", /multiple documents/],
    ["a tag that would run code", "method: !!python/object/apply:os.system [id]", /^train\.yaml: /],
    [
      "aliases that multiply",
      `a: &a [x, x]\n${[..."bcdefghij"].map((key, at) => `${key}: &${key} [${`*${"abcdefghij"[at]}, `.repeat(9)}x]`).join("\n")}`,
      /^train\.yaml: .*alias/i,
    ],
  ])("is refused with the key and the reason: %s", (_, text, message) => {
    const parsed = parseTrainYaml(text, LIMITS);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? "" : parsed.message).toMatch(message);
    expect(parsed.ok ? "" : parsed.message.split("\n")[0]?.length).toBeLessThan(600);
  });
});
