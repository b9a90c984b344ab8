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

test("manual-sft tries all raw data as it is, once", async () => {
  const agent = createAgent({ name: "manual-sft", backbone: "builtin" });
  const context = makeContext();
  const proposal = await agent.propose(context);
  if (proposal.kind !== "strategy") throw new Error(proposal.reason);
  const { files } = await agent.implement(context, proposal.strategy, null);
  const folder = mkdtempSync(join(tmpdir(), "manual-sft-"));
  try {
    for (const { name, file, promptField, completionField } of CARD.sources) {
      const row = JSON.stringify({
        id: 1,
        [promptField]: `from ${name}`,
        [completionField]: "as it is",
      });
      writeFileSync(join(folder, file), `${row}\nbroken\n`);
    }
    writeFileSync(join(folder, "process_data.py"), files.processData);
    const output = join(folder, "rows.jsonl");
    const run = spawnSync(
      "python3",
      [
        "-I",
        join(folder, "process_data.py"),
        "--sources",
        folder,
        "--output",
        output,
        "--seed",
        "1",
      ],
      { encoding: "utf8" },
    );
    expect(run.stderr).toBe("");
    const rows = readFileSync(output, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { prompt: string });
    expect(rows.map(({ prompt }) => prompt).toSorted()).toEqual(
      CARD.sources.map(({ name }) => `from ${name}`).toSorted(),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
