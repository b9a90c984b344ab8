import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Operations,
  PLAIN_OPERATIONS,
  type Plan,
} from "../../agents/ft-agent/builtin/plan.ts";
import { planOf, renderSubmission } from "../../agents/ft-agent/builtin/render.ts";
import type { AgentTaskCard } from "../../protocol/agent.ts";
import { trainConfigSchema } from "../../protocol/train-config.ts";
import { CARD } from "./fixtures.ts";

type Pair = readonly [prompt: string, completion: string];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "curation-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Case {
  readonly sources: Readonly<Record<string, readonly Pair[]>>;
  readonly operations?: Partial<Operations>;
  readonly rewrite?: Plan["sources"][number]["rewrite"];
  readonly of?: Readonly<Record<string, Partial<Plan["sources"][number]>>>;
  readonly card?: Partial<AgentTaskCard>;
  readonly seed?: number;
  readonly limit?: number;
  /** Lines added to the first source's file as they are. */
  readonly extraLines?: readonly string[];
}

/** Runs the script generated for a plan over made-up sources; the rows it wrote. */
function curate(given: Case): readonly Pair[] {
  const card: AgentTaskCard = { ...CARD, ...given.card };
  const used = Object.keys(given.sources);
  for (const [name, pairs] of Object.entries(given.sources)) {
    const source = card.sources.find((each) => each.name === name);
    if (!source) throw new Error(`no source ${name}`);
    const lines = pairs.map(([prompt, completion], id) =>
      JSON.stringify({ id, [source.promptField]: prompt, [source.completionField]: completion }),
    );
    const extra = name === used[0] ? (given.extraLines ?? []) : [];
    writeFileSync(join(folder, source.file), `${[...lines, ...extra].join("\n")}\n`);
  }
  const plan: Plan = {
    sources: used.map((name) => ({
      name,
      rewrite: given.rewrite ?? "none",
      cap: null,
      repeat: 1,
      ...given.of?.[name],
    })),
    operations: { ...PLAIN_OPERATIONS, ...given.operations },
    train: trainConfigSchema.parse({}),
  };
  const files = renderSubmission(plan, card);
  expect(planOf(files)).toEqual(plan);
  const script = join(folder, "process_data.py");
  const output = join(folder, "rows.jsonl");
  writeFileSync(script, files.processData);
  const seed = String(given.seed ?? 1);
  const limit = given.limit === undefined ? [] : ["--limit", String(given.limit)];
  const run = spawnSync(
    "python3",
    ["-I", script, "--sources", folder, "--output", output, "--seed", seed, ...limit],
    { encoding: "utf8" },
  );
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
  return readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map((row) => {
      expect(Object.keys(row)).toEqual(["prompt", "completion"]);
      return [row.prompt ?? "", row.completion ?? ""] as const;
    });
}

const sum = (a: number, b: number, said = a + b): Pair => [
  `what is ${a}+${b}?`,
  `${a}+${b}=${said}. Result <${said}>`,
];
const completions = (rows: readonly Pair[]) => rows.map(([, completion]) => completion).toSorted();

describe("answers", () => {
  test("stated in other words are rewritten into the asked format, with their steps", () => {
    const stated: Pair[] = [
      ["3+4=7. the answer is 7.", "3+4=7. Result <7>"],
      ["3+4=7. So the final answer is: 7", "3+4=7. Result <7>"],
      ["3+4=7, thus it is 7.", "3+4=7 Result <7>"],
      ["3+4=7. Answer: 7", "3+4=7. Result <7>"],
      ["3+4=7. \\boxed{7}", "3+4=7. Result <7>"],
      ['3+4=7. {"answer": "7"}', "3+4=7. Result <7>"],
      ["3+4=7.\n#### 7", "3+4=7. Result <7>"],
      ["answer: 7", "Result <7>"],
      ["3+4=7. Result <7>", "3+4=7. Result <7>"],
    ];
    const pairs = stated.map(([said], index): Pair => [`question ${index}`, said]);
    const rows = curate({ sources: { "beta-notes": pairs }, rewrite: "stated" });
    const byPrompt = new Map(rows);
    expect(pairs.map(([prompt, said]) => [said, byPrompt.get(prompt)])).toEqual(stated);
  });

  test("that are not stated, or not admissible, are dropped by the format filter", () => {
    const pairs: Pair[] = [
      ["p", "3+4=7."],
      ["p", "the answer is unknown"],
      ["p", "no idea"],
      ["p", "7"],
    ];
    expect(curate({ sources: { "beta-notes": pairs }, rewrite: "stated" })).toEqual([]);
    expect(
      curate({
        sources: { "beta-notes": pairs },
        rewrite: "none",
        operations: { formatFilter: false },
      }),
    ).toHaveLength(4);
    expect(completions(curate({ sources: { "beta-notes": pairs }, rewrite: "loose" }))).toEqual(
      ["3+4 Result <7>", "Result <7>"].toSorted(),
    );
  });

  test("in a closed label set are mapped to the label's own spelling", () => {
    const card = {
      answerPattern: '\\{"code": "(Yes|No)"\\}',
      answerTemplate: '{"code": "{answer}"}',
      answerLabels: ["Yes", "No"],
    };
    const pairs: Pair[] = [
      ["a", "see x. the answer is YES."],
      ["b", "see y. the answer is maybe."],
      ["c", 'see z. {"code": "No"}'],
    ];
    const rows = curate({ sources: { "beta-notes": pairs }, rewrite: "stated", card });
    expect(completions(rows)).toEqual(['see x. {"code": "Yes"}', 'see z. {"code": "No"}']);
  });

  test("without steps are dropped where others show theirs, and kept where none does", () => {
    const direct: Pair = ["what is 1+1?", "Result <2>"];
    const mixed = curate({
      sources: { "alpha-book": [sum(3, 4), direct] },
      operations: { dropDirect: true },
    });
    expect(completions(mixed)).toEqual(["3+4=7. Result <7>"]);
    expect(
      curate({ sources: { "alpha-book": [direct] }, operations: { dropDirect: true } }),
    ).toHaveLength(1);
  });
});

describe("checks", () => {
  test("false calculations are dropped, true ones of every kind kept", () => {
    const right = [
      "3+4=7. Result <7>",
      "10=3*3+1. Result <1>",
      "9>8. Result <9>",
      "10/4=2.5. Result <3>",
      "2+3*4=14. Result <14>",
      "4-9=-5. Result <5>",
      "(3+4)*2 is 14. Result <14>",
    ];
    const wrong = [
      "3+4=8. Result <8>",
      "10=3*3+2. Result <2>",
      "8>9. Result <8>",
      "3+4=7. 7*2=15. Result <15>",
    ];
    const pairs = [...right, ...wrong].map(
      (completion, index): Pair => [`question ${index}`, completion],
    );
    const rows = curate({ sources: { "alpha-book": pairs }, operations: { arithmetic: true } });
    expect(completions(rows)).toEqual(right.toSorted());
  });

  test("rows with an e-mail address, a telephone or a card number are dropped", () => {
    const pairs: Pair[] = [
      ["write to a.b@example.org: 1+1?", "1+1=2. Result <2>"],
      ["call 555-123-4567: 1+1?", "1+1=2. Result <2>"],
      ["1+1? phone +44 20 7946 0958", "1+1=2. Result <2>"],
      ["card 4111 1111 1111 1111, 1+1?", "1+1=2. Result <2>"],
      ["what is 2024-2023? or 100-200-3?", "2024-2023=1. Result <1>"],
    ];
    const rows = curate({ sources: { "alpha-book": pairs }, operations: { personalData: true } });
    expect(completions(rows)).toEqual(["2024-2023=1. Result <1>"]);
  });

  test("rows that misquote their prompt are dropped where quoting is usual", () => {
    const quote = (index: number, said = index): Pair => [
      `box ${index} holds ${index + 7}; box ${index + 1} holds 2. how much in box ${index}?`,
      `see box ${said} holds ${index + 7}. Result <${index + 7}>`,
    ];
    const pairs = Array.from({ length: 30 }, (_, index) => quote(index + 10));
    const rows = curate({
      sources: { "alpha-book": [...pairs, quote(50, 55), quote(51, 60)] },
      operations: { evidence: true },
    });
    expect(rows).toHaveLength(30);
  });

  test("what nearly all trusted rows have in common is asked of all others", () => {
    const trusted = Array.from({ length: 60 }, (_, index) => sum(index + 1, index + 2));
    const others: Pair[] = [
      sum(90, 3),
      ["what is 90+4?", "90+4=94. Result <95>"],
      ["what is 90+5?", "it must be 95. Result <95>"],
      ["what is 90+6?", "90+6=9. Result <9>"],
      ["what is 90+7?", "Result <97>"],
    ];
    const rows = curate({
      sources: { "alpha-book": trusted, "gamma-forum": others },
      operations: { invariants: { trusted: ["alpha-book"], threshold: 0.97 } },
    });
    expect(rows).toHaveLength(61);
    expect(completions(rows)).toContain("90+3=93. Result <93>");
  });

  test("too few trusted rows ask nothing", () => {
    const rows = curate({
      sources: { "alpha-book": [sum(1, 2)], "gamma-forum": [["what is 90+7?", "Result <97>"]] },
      operations: { invariants: { trusted: ["alpha-book"], threshold: 0.97 } },
    });
    expect(rows).toHaveLength(2);
  });
});

describe("votes", () => {
  test("the majority's answer is kept where a prompt has several, none where they tie", () => {
    const pairs = [sum(3, 4), sum(3, 4), sum(3, 4, 8), sum(5, 5), sum(5, 5, 11)];
    const majority = curate({
      sources: { "gamma-forum": pairs },
      operations: { conflicts: "majority" },
    });
    expect(completions(majority)).toEqual(["3+4=7. Result <7>"]);
    const unanimous = curate({
      sources: { "gamma-forum": [...pairs, sum(1, 1)] },
      operations: { conflicts: "drop" },
    });
    expect(completions(unanimous)).toEqual(["1+1=2. Result <2>"]);
  });

  test("labels outvoted by reasonings of the same shape are dropped", () => {
    const card = {
      answerPattern: "Verdict (yes|no)",
      answerTemplate: "Verdict {answer}",
      answerLabels: ["yes", "no"],
    };
    const row = (a: number, b: number, label: string): Pair => [
      `is ${a} above ${b}?`,
      `${a} and ${b}. Verdict ${label}`,
    ];
    const pairs = Array.from({ length: 40 }, (_, index) =>
      index % 2 ? row(50 + index, 7, "yes") : row(7, 50 + index, "no"),
    );
    const rows = curate({
      sources: { "alpha-book": [...pairs, row(99, 3, "no"), row(3, 98, "yes")] },
      operations: { votes: true },
      card,
    });
    expect(rows).toHaveLength(40);
  });

  test("answers that change the prompt's piece in an unusual way are dropped", () => {
    const card = { answerPattern: "Word: \\S+", answerTemplate: "Word: {answer}" };
    const stem = (index: number) => `ab${"cdefghij"[index % 8]}${"klmnop"[index % 6]}qr`;
    const pairs = Array.from(
      { length: 40 },
      (_, index): Pair => [`append xyz to ${stem(index)}`, `Word: ${stem(index)}xyz`],
    );
    const odd: Pair = ["append xyz to abccqr", "Word: abccqrw"];
    const rows = curate({
      sources: { "alpha-book": [...pairs, odd] },
      operations: { votes: true, dedupe: "none" },
      card,
    });
    expect(rows).toHaveLength(40);
  });

  test("conclusions that do not go with their prompt are dropped", () => {
    const card = {
      answerPattern: "Pick [AB]",
      answerTemplate: "Pick {answer}",
      answerLabels: ["A", "B"],
    };
    const meanings: [string, string][] = [
      ["falcon", "bird that hunts by day"],
      ["otter", "animal that swims in rivers"],
      ["cactus", "plant that lives without rain"],
      ["quartz", "stone that shines like glass"],
    ];
    const rows: Pair[] = [];
    meanings.forEach(([word, meaning], index) => {
      for (let turn = 0; turn < 12; turn += 1) {
        const other = meanings[(index + 1 + (turn % 3)) % 4]?.[0];
        rows.push([
          `what is a ${meaning}? ${word}=A. ${other}=B.`,
          `see ${turn < 10 ? `${word}=A. Pick A` : `${other}=B. Pick B`}`,
        ]);
      }
    });
    const kept = curate({
      sources: { "gamma-forum": rows },
      operations: { votes: true, dedupe: "none" },
      card,
    });
    expect(kept).toHaveLength(40);
    expect(kept.every(([, completion]) => completion.endsWith("A"))).toBe(true);
  });
});

describe("selection", () => {
  test("duplicates go, exact or normalized; the first source's row stays", () => {
    const alpha: Pair[] = [["What is 1+1?", "1+1=2. Result <2>"]];
    const gamma: Pair[] = [
      ["what is  1+1", "one more: 1+1=2. Result <2>"],
      ["What is 1+1?", "1+1=2. Result <2>"],
    ];
    const sources = { "alpha-book": alpha, "gamma-forum": gamma };
    expect(curate({ sources, operations: { dedupe: "none" } })).toHaveLength(3);
    expect(curate({ sources, operations: { dedupe: "exact" } })).toHaveLength(2);
    expect(curate({ sources, operations: { dedupe: "normalized" } })).toEqual(alpha);
    expect(curate({ sources, operations: { dedupe: "none", promptCap: 2 } })).toHaveLength(2);
  });

  test("labels are balanced to a multiple of the median one", () => {
    const card = {
      answerPattern: "Verdict (yes|no)",
      answerTemplate: "Verdict {answer}",
      answerLabels: ["yes", "no"],
    };
    const pairs = Array.from(
      { length: 50 },
      (_, index): Pair => [`q${index}`, `Verdict ${index < 10 ? "yes" : "no"}`],
    );
    expect(
      curate({ sources: { "alpha-book": pairs }, operations: { balance: 1.2 }, card }),
    ).toHaveLength(22);
  });

  test("long rows, caps and repeats act on what they name", () => {
    const short = Array.from({ length: 20 }, (_, index) => sum(index + 1, 1));
    const long: Pair = [`${"very ".repeat(60)} long: 1+1?`, "1+1=2. Result <2>"];
    const sources = { "alpha-book": [...short, long], "gamma-forum": [sum(70, 1), sum(71, 1)] };
    expect(curate({ sources, operations: { lengthOutliers: 2.5 } })).toHaveLength(22);
    expect(curate({ sources, operations: { maxCharacters: 100 } })).toHaveLength(22);
    expect(curate({ sources, of: { "alpha-book": { cap: 5 } } })).toHaveLength(7);
    expect(curate({ sources, of: { "gamma-forum": { repeat: 3 } } })).toHaveLength(27);
    expect(curate({ sources, operations: { maxRows: 4 } })).toHaveLength(4);
    expect(curate({ sources, operations: { readRows: 1 } })).toHaveLength(2);
  });

  test("kinds of prompts that are rarer than in the trusted source are repeated", () => {
    const plain = (index: number): Pair => [
      `what is the sum of ${index} and 1?`,
      `${index}+1=${index + 1}. Result <${index + 1}>`,
    ];
    const story = (index: number): Pair => [
      `ann has ${index} pens and gets one more, how many now?`,
      `${index}+1=${index + 1}. Result <${index + 1}>`,
    ];
    const half = Array.from({ length: 50 }, (_, index) =>
      index % 2 ? plain(index) : story(index),
    );
    const skewed = Array.from({ length: 150 }, (_, index) => plain(100 + index));
    const rows = curate({
      sources: { "alpha-book": half, "gamma-forum": skewed },
      operations: { mix: { trusted: ["alpha-book"], most: 4 } },
    });
    const stories = rows.filter(([prompt]) => prompt.startsWith("ann")).length;
    expect(stories).toBe(100);
    expect(rows).toHaveLength(275);
  });

  test("the order is the seed's; --limit takes a sample of the same rows", () => {
    const sources = { "alpha-book": Array.from({ length: 30 }, (_, index) => sum(index, 2)) };
    const once = curate({ sources, seed: 3 });
    expect(curate({ sources, seed: 3 })).toEqual(once);
    expect(curate({ sources, seed: 4 })).not.toEqual(once);
    expect(curate({ sources, seed: 3, limit: 7 })).toEqual(once.slice(0, 7));
  });

  test("malformed lines are skipped, and texts outside ASCII come through", () => {
    const rows = curate({
      sources: { "alpha-book": [["où est 1+1? 😀", "1+1=2. Result <2>"]] },
      extraLines: [
        "not json",
        "[]",
        '{"question": 3, "solution": "x"}',
        '{"question": "only"}',
        "",
      ],
      card: { answerLabels: null, answerTemplate: "Result <{answer}>" },
    });
    expect(rows).toEqual([["où est 1+1? 😀", "1+1=2. Result <2>"]]);
  });
});
