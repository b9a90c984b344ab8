import { describe, expect, test } from "vitest";
import {
  type AuditReport,
  agentView,
  failureOf,
} from "../../activities/eval/audit-contamination.ts";
import { loadConfig } from "../../config/load.ts";
import type { Split } from "../../protocol/names.ts";

/** Which split each candidate row copies an item of; the others copy none. */
type Secret = ReadonlyMap<number, Split>;

/** Everything that an agent hears of one audit. */
function answer(secret: Secret, rows: readonly number[], shown: boolean) {
  const matches = rows.flatMap((row, at) => {
    const split = secret.get(row);
    return split === undefined ? [] : [{ row: at, split, item: `${split}-${row}`, kind: "exact" }];
  });
  const report: AuditReport = { rows: rows.length, removed: matches.length, matches };
  return { view: agentView(report, shown), failure: failureOf(report, shown) };
}

/** An environment that answers as often as it is asked, and shows held-out counts as often as a run's configuration allows. */
function environment(secret: Secret) {
  const { maxAudits } = loadConfig({ env: {} }).run;
  const transcript: string[] = [];
  return {
    maxAudits,
    transcript,
    ask(rows: readonly number[]) {
      const heard = answer(secret, rows, transcript.length < maxAudits);
      transcript.push(JSON.stringify(heard));
      return heard;
    },
  };
}

const CANDIDATES = Array.from({ length: 1024 }, (_, at) => at);
/** Rows that surely copy nothing: an agent can always make them up. */
const HARMLESS = Array.from({ length: 400 }, (_, at) => 10_000 + at);

/** A world in which every 16th candidate copies an item of validation or test, by turns. */
const secret: Secret = new Map(
  CANDIDATES.filter((row) => row % 16 === 3).map((row, at) => [
    row,
    at % 2 === 0 ? "test" : "validation",
  ]),
);

/** Halves sets of candidates for as long as it is told anything; gives those that it knows to copy held-out items. */
function search(ask: ReturnType<typeof environment>["ask"], most: number): number[] {
  const certain: number[] = [];
  const open: number[][] = [[...CANDIDATES]];
  for (let asked = 0; asked < most; asked++) {
    const rows = open.pop();
    if (rows === undefined) break;
    const { view, failure } = ask([...rows, ...HARMLESS]);
    const count = view.heldOutMatches;
    if ((count ?? 0) === 0 && failure === null) continue;
    if (rows.length === 1) certain.push(rows[0] ?? -1);
    else open.push(rows.slice(rows.length / 2), rows.slice(0, rows.length / 2));
  }
  return certain;
}

describe("an agent that asks again and again which of its rows are in the test split", () => {
  test("hears the very same whether they are in test or in validation", () => {
    const swapped: Secret = new Map(
      [...secret].map(([row, split]) => [row, split === "test" ? "validation" : "test"]),
    );
    const worlds = [secret, swapped].map((each) => {
      const place = environment(each);
      const found = search(place.ask, 500);
      for (const row of CANDIDATES.slice(0, 100)) place.ask([row]);
      for (const row of CANDIDATES.slice(0, 100)) place.ask([row, ...HARMLESS]);
      return { found, transcript: place.transcript };
    });
    expect(worlds[0]).toEqual(worlds[1]);
    expect(worlds[0]?.found.length).toBeGreaterThan(0);
  });

  test("learns of at most as many rows as audits are shown, however it searches", () => {
    const place = environment(secret);
    const found = search(place.ask, 500);
    expect(found.every((row) => secret.has(row))).toBe(true);
    expect(found.length).toBeLessThan(place.maxAudits);
    expect(secret.size).toBeGreaterThan(2 * place.maxAudits);
  });

  test("hears nothing of held-out rows once its audits are used up, not even by a failure", () => {
    const rows = [...CANDIDATES.slice(0, 300)];
    const [, ...without] = rows.filter((row) => !secret.has(row));
    const made = rows.length - without.length;
    const harmless = answer(secret, [...without, ...HARMLESS.slice(0, made)], false);
    expect(answer(secret, rows, false)).toEqual(harmless);
    // At the threshold: 20 dev copies of 100 rows pass; with a held-out copy for a harmless row they still do.
    const dev: Secret = new Map(HARMLESS.slice(0, 20).map((row) => [row, "dev"]));
    const ask = (extra: number) =>
      answer(new Map([...secret, ...dev]), [...HARMLESS.slice(0, 99), extra], false);
    expect(ask(3)).toEqual(ask(0));
    expect(ask(3).failure).toBeNull();
  });

  test("can tell 20 copies from 19 by no answer, before or after", () => {
    const copies = [...secret.keys()];
    for (const shown of [true, false]) {
      const ask = (count: number) =>
        answer(secret, [...copies.slice(0, count), ...HARMLESS.slice(0, 380 - count)], shown);
      expect(ask(20)).toEqual(ask(19));
      expect(ask(32)).toEqual(ask(17));
    }
  });
});

describe("a constraint of the card", () => {
  const report = (broken: number): AuditReport => ({
    rows: 1000,
    removed: 0,
    matches: [],
    constraints: {
      personalData: {
        rows: broken,
        kinds: { email: broken },
        examples: Array.from({ length: broken }, (_, at) => ({ row: 7 * at })),
      },
    },
  });

  test("is counted where few rows break it, and ends the experiment where many do", () => {
    expect(failureOf(report(10), true)).toBeNull();
    expect(agentView(report(10), true).constraints).toEqual({
      personalData: {
        rows: 10,
        kinds: { email: 10 },
        examples: [0, 7, 14, 21, 28, 35, 42, 49, 56, 63],
      },
    });
    expect(failureOf(report(11), true)).toEqual({
      class: "constraint-violated",
      message:
        "11 of the 1000 rows break the constraint personalData (email 11; rows 0, 7, 14, 21, 28, 35, 42, 49, 56, 63): at most 1% may slip through",
      exitCode: null,
      traceback: null,
    });
    expect(failureOf(report(11), false)?.class).toBe("constraint-violated");
  });
});
