import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import { dojo } from "../support/dojo.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Files of two items, one of which is drawn right, and the verb's arguments. */
function files() {
  const home = temporaryFolder();
  const lines = (name: string, rows: readonly object[]) => {
    const file = join(home, name);
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return file;
  };
  const item = (id: string) => ({
    id,
    subtask: "ChartGeneration",
    input: {
      table: {
        columns: ["city", "sales"],
        data: ["Oslo", "Rome"].map((city, at) => [city, `${at + 1}`]),
      },
      question: "draw a bar chart",
      chart_type: "bar",
    },
    gold: "y_references = [[1, 2]]",
  });
  const draw = (kind: string) =>
    `\`\`\`python\nimport pandas as pd\npd.read_csv("table.csv").plot(x="city", kind="${kind}")\n\`\`\``;
  const items = lines("items.jsonl", [item("a"), item("b"), item("c")]);
  const predictions = lines("predictions.jsonl", [
    { id: "a", text: draw("bar") },
    { id: "b", text: draw("line") },
  ]);
  const args = ["score", "--task", "table-charts", "--items", items, "--predictions", predictions];
  return { home, lines, args };
}

const bubblewrap = probeBubblewrap();
if (!bubblewrap.works) missingTool("score of programs", bubblewrap.reason);
test.runIf(bubblewrap.works)(
  "score runs programs in the sandbox and judges what they drew",
  async () => {
    const { home, lines, args } = files();
    const scored = await dojo([...args, "--json"], { DOJO_HOME: home });
    expect(scored).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(scored.stdout)).toMatchObject({
      metric: { name: "pass@1", value: 1 / 3, n: 3 },
      submetrics: { executed: 2 / 3, parsed: 2 / 3 },
      items: [{ error: null }, { error: "wrong-type" }, { error: "unparsed" }],
      protection: "bubblewrap",
    });
    const unknown = lines("unknown.jsonl", [{ id: "nobody", text: "" }]);
    const refused = await dojo([...args.slice(0, -1), unknown], { DOJO_HOME: home });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^dojo: .*unknown\.jsonl.*nobody/);
  },
);

test("score refuses to run programs where nothing isolates them, until it is told to", async () => {
  const { home, args } = files();
  const bare = [...args, "--set", "sandbox.bubblewrap=off", "--json"];
  const refused = await dojo(bare, { DOJO_HOME: home });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(
    /^dojo: .*programs that a language model wrote.*--allow-unprotected/,
  );
  const allowed = await dojo([...bare, "--allow-unprotected"], { DOJO_HOME: home });
  expect(JSON.parse(allowed.stdout)).toMatchObject({ protection: "unprotected" });
  expect(allowed.stderr).toContain("ran unprotected");
});
