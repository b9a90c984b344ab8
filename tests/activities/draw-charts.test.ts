import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { createEvalActivities } from "../../activities/eval/index.ts";
import { createSandboxActivities } from "../../activities/sandbox/index.ts";
import { REPOSITORY } from "../../config/load.ts";
import { probeBubblewrap } from "../../sandbox/bubblewrap.ts";
import { missingTool } from "../support/missing-tool.ts";
import { experimentKey, once, type World, world } from "./world.ts";

const experiment = experimentKey("it01", "table-charts");
const bubblewrap = probeBubblewrap();

/** Lines as an artifact. */
function stored({ artifacts }: World, rows: readonly object[]) {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return artifacts.putBytes(Buffer.from(text), "application/jsonl");
}

async function linesOf<T>(
  { artifacts }: World,
  ref: Parameters<World["artifacts"]["readBytes"]>[0],
) {
  const text = (await artifacts.readBytes(ref)).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

function program(code: string): string {
  return `\`\`\`python\nimport matplotlib.pyplot as plt\n${code}\n\`\`\``;
}

test("programs draw from their tables alone, and what they drew is scored where the answers are", async () => {
  const place = await world({ flags: { "sandbox.allowUnprotected": !bubblewrap.works } });
  const pools = { sandbox: createSandboxActivities(place), eval: createEvalActivities(place) };
  const task = await once(() =>
    pools.eval.prepareTask({ task: "table-charts", tier: "mini", baseModel: null }),
  );
  if (task.tables === undefined) throw new Error("the task has no tables");
  const tables = await linesOf<{ id: string; table: unknown }>(place, task.tables);
  for (const row of tables) expect(Object.keys(row)).toEqual(["id", "table"]);
  const prompts = await linesOf<{ id: string; prompt: string }>(place, task.prompts);
  expect(tables.map(({ id }) => id)).toEqual(prompts.map(({ id }) => id));

  // Right for bars of one row, and for nothing else.
  const texts = prompts.map(({ id, prompt }) => {
    const name = /plot (\w+) as|of (\w+)\./.exec(prompt)?.slice(1).find(Boolean) ?? "";
    return {
      id,
      text: program(
        `import csv\nrow = next(r for r in csv.reader(open("table.csv")) if r[0] == "${name}")\nplt.bar(range(3), [int(v) for v in row[1:]])`,
      ),
    };
  });
  const drawing = { experiment, tables: task.tables, allowUnprotected: false };
  const predictions = await stored(place, texts);
  const drawn = await once(() => pools.sandbox.drawCharts({ ...drawing, predictions }));
  if (!drawn.ok) throw new Error(drawn.failure.message);
  expect(drawn.protection).toBe(place.sandbox.protection);
  const scored = await once(() =>
    pools.eval.scorePredictions({
      experiment,
      dataSha256: task.dataSha256,
      predictions,
      drawn: drawn.value.drawn,
      compareWith: { parent: null, best: null, baseline: null },
      seed: 1,
    }),
  );
  if (!scored.ok) throw new Error(scored.failure.message);
  const { submetrics } = scored.value.benchmark;
  expect(submetrics).toMatchObject({ "passAt1/bar": 1, "passAt1/line": 0, "passAt1/pie": 0 });
});

if (!bubblewrap.works) missingTool("what a program of a model sees", bubblewrap.reason);
test.runIf(bubblewrap.works)(
  "a program sees neither repository nor home, nor the network",
  async () => {
    const place = await world();
    const { drawCharts } = createSandboxActivities(place);
    const seeks = (code: string) => program(`${code}\nplt.bar([0], [int(found)])`);
    const programs = {
      repository: `import os\nfound = os.path.exists(${JSON.stringify(REPOSITORY)}) and len(os.listdir(${JSON.stringify(REPOSITORY)})) > 0`,
      home: `import os\nfound = os.path.exists(${JSON.stringify(place.home)})`,
      environment: `import os\nfound = any("DOJO_HOME" in name or "KEY" in name for name in os.environ)`,
      network: `import socket\ntry:\n    socket.create_connection(("127.0.0.1", 7233), 1)\n    found = True\nexcept OSError:\n    found = False`,
      answers: `import os\nfound = any(b"y_" + b"references" in open(os.path.join(d, f), "rb").read() for d, _, fs in os.walk("/job") for f in fs if not f.endswith(".py"))`,
    };
    expect(existsSync(place.home)).toBe(true);
    const names = Object.keys(programs);
    const input = {
      experiment,
      predictions: await stored(
        place,
        Object.entries(programs).map(([id, code]) => ({ id, text: seeks(code) })),
      ),
      tables: await stored(
        place,
        names.map((id) => ({ id, table: null })),
      ),
      allowUnprotected: false,
    };
    const result = await once(() => drawCharts(input));
    if (!result.ok) throw new Error(result.failure.message);
    const drawn = await linesOf<{ id: string; message: string | null; chart: unknown }>(
      place,
      result.value.drawn,
    );
    expect(drawn.map(({ id, message, chart }) => [id, message ?? chart])).toEqual(
      names.map((name) => [
        name,
        expect.objectContaining({
          type: "bar",
          series: [expect.objectContaining({ values: [0] })],
        }),
      ]),
    );
  },
);

test("without isolation programs are refused, unless the operator allows them", async () => {
  const place = await world({ bubblewrap: "off" });
  const { drawCharts } = createSandboxActivities(place);
  const input = {
    experiment,
    predictions: await stored(place, [{ id: "a", text: program("plt.plot([1, 2])") }]),
    tables: await stored(place, [{ id: "a", table: null }]),
  };
  await expect(once(() => drawCharts({ ...input, allowUnprotected: false }))).rejects.toMatchObject(
    {
      type: "ProtectionRefused",
      nonRetryable: true,
    },
  );
  const allowed = await once(() => drawCharts({ ...input, allowUnprotected: true }));
  expect(allowed).toMatchObject({ ok: true, protection: "unprotected" });
});
