import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createAgent, MissingApiKeyError, UnknownBackboneError } from "../../agents/index.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { CARD, completedFeedback, makeContext, makeEntry } from "./fixtures.ts";

test("base-model stops at once", async () => {
  const agent = createAgent({ name: "base-model", backbone: "builtin" });
  expect(await agent.propose(makeContext())).toMatchObject({ kind: "stop" });
});

/** Prompts of the rows that a submission makes of these rows of each source. */
function curated(processData: string, texts: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "manual-sft-"));
  try {
    for (const { name, file, promptField, completionField } of CARD.sources) {
      const rows = texts.map((text) =>
        JSON.stringify({ id: 1, [promptField]: `from ${name}`, [completionField]: text }),
      );
      writeFileSync(join(folder, file), `${rows.join("\n")}\nbroken\n`);
    }
    const script = join(folder, "process_data.py");
    const output = join(folder, "rows.jsonl");
    writeFileSync(script, processData);
    const args = ["-I", script, "--sources", folder, "--output", output, "--seed", "1"];
    const run = spawnSync("python3", args, { encoding: "utf8" });
    expect(run.stderr).toBe("");
    return readFileSync(output, "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { prompt: string }).prompt)
      .toSorted();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PERSONAL = ["thanks, ana.leo@mail.example", "please phone ana at +1 555 0142 1234"];

test("manual-sft leaves out what the card forbids, and nothing else", async () => {
  const agent = createAgent({ name: "manual-sft", backbone: "builtin" });
  const rows = async (personalData: "forbidden" | "allowed") => {
    const context = makeContext({ card: { ...CARD, constraints: { personalData } } });
    const proposal = await agent.propose(context);
    if (proposal.kind !== "strategy") throw new Error(proposal.reason);
    const { files } = await agent.implement(context, proposal.strategy, null);
    return curated(files.processData, ["as it is", ...PERSONAL]).length;
  };
  expect(await rows("forbidden")).toBe(CARD.sources.length);
  expect(await rows("allowed")).toBe(3 * CARD.sources.length);
});

test("manual-sft tries all raw data as it is, once", async () => {
  const agent = createAgent({ name: "manual-sft", backbone: "builtin" });
  const context = makeContext();
  const proposal = await agent.propose(context);
  if (proposal.kind !== "strategy") throw new Error(proposal.reason);
  const { files } = await agent.implement(context, proposal.strategy, null);
  expect(curated(files.processData, ["as it is", PERSONAL[0] ?? ""])).toEqual(
    CARD.sources.flatMap(({ name }) => [`from ${name}`, `from ${name}`]).toSorted(),
  );
  const config = trainConfigSchema.parse(parse(files.trainYaml));
  expect(config).toEqual({ ...trainConfigSchema.parse({}), max_steps: 240 });
  const history = [
    makeEntry(1, {
      strategy: proposal.strategy,
      submission: files,
      feedback: completedFeedback({ score: 0.2 }),
    }),
  ];
  expect(await agent.propose(makeContext({ history }))).toMatchObject({ kind: "stop" });
});

test("on the full tier both agents without experience train adapters, one row at a time", async () => {
  const context = makeContext({ card: { ...CARD, tier: "full" } });
  for (const name of ["manual-sft", "ft-agent"] as const) {
    const agent = createAgent({ name, backbone: "builtin" });
    const proposal = await agent.propose(context);
    if (proposal.kind !== "strategy") throw new Error(proposal.reason);
    const { files } = await agent.implement(context, proposal.strategy, null);
    expect(parse(files.trainYaml)).toMatchObject({
      ...{ method: "lora", learning_rate: 1e-4 },
      ...{ per_device_train_batch_size: 1, gradient_accumulation_steps: 32 },
    });
  }
});

test("an unknown backbone is one line that names the known ones", () => {
  const create = () => createAgent({ name: "ft-agent", backbone: "nobody", backbones: {} });
  expect(create).toThrow(UnknownBackboneError);
  expect(create).toThrow(/^unknown backbone nobody: known are builtin[^\n]*$/);
});

test("a backbone without its key is one line that names the variable", () => {
  const settings = {
    baseUrl: "http://127.0.0.1:9/v1",
    model: "m",
    apiKeyEnv: "NOT_SET_HERE",
    pricePerMillion: { promptUsd: 0, completionUsd: 0 },
    maxCompletionTokens: 100,
    temperature: null,
    timeoutMs: 1000,
  };
  const create = () =>
    createAgent({ name: "ft-agent", backbone: "mine", backbones: { mine: settings }, env: {} });
  expect(create).toThrow(MissingApiKeyError);
});
