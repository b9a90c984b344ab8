import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { migrateToLatest } from "../../store/migrate.ts";
import { onEveryDatabase } from "../support/stores.ts";

const WRITER = new URL("./writer-process.ts", import.meta.url).pathname;
const RUNS = 25;

onEveryDatabase("several processes", (database) => {
  test("write at once from the first moment, and nothing is lost", async () => {
    const url = await database.freshUrl();
    const run = promisify(execFile);
    const writers = ["a", "b", "c"];
    await Promise.all(
      writers.map((name) => run(process.execPath, [WRITER, url, name, String(RUNS)])),
    );
    const store = database.open(url);
    await migrateToLatest(store);
    const count = async (table: "runs" | "iterations" | "itemScores" | "ledger") =>
      Number(
        (
          await store.db
            .selectFrom(table)
            .select(({ fn }) => fn.countAll().as("n"))
            .execute()
        )[0]?.n,
      );
    expect(await count("runs")).toBe(writers.length * RUNS);
    expect(await count("iterations")).toBe(writers.length * RUNS);
    expect(await count("ledger")).toBe(writers.length * RUNS);
    // All of them replaced the same experiment's scores, again and again.
    expect(await count("itemScores")).toBe(50);
  });
});
