import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PreparedData } from "../../cli/runs/prepare-data.ts";
import { dojo } from "../support/dojo.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Prepares a task in a fresh home. */
async function prepared(task: string) {
  const home = temporaryFolder();
  const result = await dojo(["data", "prepare", "--task", task, "--json"], { DOJO_HOME: home });
  expect(result).toMatchObject({ exitCode: 0 });
  return { home, data: (JSON.parse(result.stdout) as PreparedData[])[0] as PreparedData };
}

test("data prepare says what lies where; a second time it finds the same", async () => {
  const { home, data } = await prepared("noc4pc");
  expect(data.splits).toMatchObject({
    dev: { items: 100 },
    validation: { items: 300 },
    test: { items: 300 },
  });
  for (const { file, bytes } of data.sources) expect(readFileSync(file)).toHaveLength(bytes);
  const again = await dojo(["data", "prepare", "--task", "noc4pc", "--json"], { DOJO_HOME: home });
  expect(JSON.parse(again.stdout)).toEqual([data]);
  const source = data.sources[0]?.file ?? "";
  writeFileSync(source, readFileSync(source, "utf8").replace("a", "b"));
  const spoiled = await dojo(["data", "prepare", "--task", "noc4pc"], { DOJO_HOME: home });
  expect(spoiled.exitCode).toBe(1);
  expect(spoiled.stderr).toContain("is not what its manifest says");
});

test("score gives the contract's document; a missing prediction is wrong, an unknown one bad input", async () => {
  const { home, data } = await prepared("aime25");
  const items = data.splits.dev.file;
  const golds = readFileSync(items, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: string; gold: string });
  const predictions = join(home, "predictions.jsonl");
  const write = (rows: readonly { id: string; text: string }[]) =>
    writeFileSync(predictions, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const half = golds.slice(0, 50).map(({ id, gold }) => ({ id, text: `so \\boxed{${gold}}` }));
  write(half);
  const args = ["score", "--task", "aime25", "--items", items, "--predictions", predictions];
  const scored = await dojo([...args, "--json"], { DOJO_HOME: home });
  expect(scored).toMatchObject({ exitCode: 0 });
  const document = JSON.parse(scored.stdout) as { items: unknown[] };
  expect(document).toMatchObject({ task: "aime25", metric: { value: 0.5, n: 100 } });
  expect(document.items).toHaveLength(100);
  write([...half, { id: "nobody", text: "" }]);
  const refused = await dojo(args, { DOJO_HOME: home });
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/^dojo: .*predictions\.jsonl.*nobody/);
});

test("score names a sub-task that nobody can judge here, and counts the others", async () => {
  const home = temporaryFolder();
  const lines = (name: string, rows: readonly object[]) => {
    const file = join(home, name);
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return file;
  };
  const item = (id: string, subtask: string) => ({
    ...{ id, subtask, gold: null },
    input: { query: "?", source_smiles: "CCCBr", property: subtask },
  });
  const items = lines("items.jsonl", [item("a", "jnk"), item("b", "solubility")]);
  const answers = ["a", "b"].map((id) => ({ id, text: '{"Final Target Molecule": "CCCO"}' }));
  const predictions = lines("predictions.jsonl", answers);
  const args = ["score", "--task", "mol-opt", "--items", items, "--predictions", predictions];
  const document = JSON.parse((await dojo([...args, "--json"], { DOJO_HOME: home })).stdout);
  expect(document).toMatchObject({
    metric: { value: 1, n: 1 },
    leftOut: [{ subtask: "jnk", items: 1, of: 1 }],
    items: [{ score: null, error: null }, { score: 1 }],
  });
  expect((await dojo(args, { DOJO_HOME: home })).stdout).toMatch(/left out jnk\s+1 of 1 items/);
});

test("audit shows an operator the rows that copy items", async () => {
  const { home, data } = await prepared("aime25");
  const prompts = data.splits.test.file.replace("items.jsonl", "prompts.jsonl");
  const { id, prompt } = JSON.parse(readFileSync(prompts, "utf8").split("\n")[0] ?? "") as {
    id: string;
    prompt: string;
  };
  const file = join(home, "train.jsonl");
  const rows = [
    { prompt: "something else altogether", completion: "1" },
    { prompt, completion: "2" },
  ];
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const result = await dojo(["audit", "--task", "aime25", "--data", file, "--json"], {
    DOJO_HOME: home,
  });
  expect(result).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(result.stdout)).toMatchObject({
    rows: 2,
    removed: 1,
    matches: [{ row: 1, split: "test", item: id, kind: "exact" }],
  });
});

test("tasks shows every card, one of them whole", async () => {
  const cards = JSON.parse((await dojo(["tasks", "--json"])).stdout) as { id: string }[];
  expect(cards.map((card) => card.id)).toContain("table-facts");
  const shown = await dojo(["tasks", "show", "financeiq"]);
  expect(shown.exitCode).toBe(0);
  expect(shown.stdout).toContain("error classes");
  expect(shown.stdout).toContain("mini tier");
});

test("recorded histories replay; one that today's code would not write does not", async () => {
  const history = "tests/replay/histories/success.it01.json";
  const home = temporaryFolder();
  const replayed = await dojo(["replay", history], { DOJO_HOME: home });
  expect(replayed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("no difference") });
  const other = join(home, "other.json");
  writeFileSync(other, readFileSync(history, "utf8").replaceAll('"trainModel"', '"trainOther"'));
  const broken = await dojo(["replay", other, "--json"], { DOJO_HOME: home });
  expect(broken.exitCode).toBe(1);
  expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false });
  expect(broken.stderr).toMatch(/today's workflow code would not do/);
});
