/** Writes runs, iterations and item scores as fast as it can: `node writer-process.ts URL NAME COUNT`. */
import { putItemScores } from "../../store/item-scores.ts";
import { upsertIteration } from "../../store/iterations.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { upsertRun } from "../../store/runs.ts";
import { anIteration, aRun } from "../support/records.ts";

const [url = "", name = "", count = "0"] = process.argv.slice(2);
const store = openStore(url, { busyTimeoutMs: 60_000 });
await migrateToLatest(store);
const scores = Array.from({ length: 50 }, (_, index) => ({
  item: `i${index}`,
  subtask: "s",
  cluster: null,
  score: 1,
  error: null,
}));
for (let index = 0; index < Number(count); index += 1) {
  const id = `run/local/aime25/${name}/s${index}`;
  await upsertRun(store.db, aRun({ id }));
  await upsertIteration(store.db, anIteration({ runId: id }));
  await putItemScores(store.db, "shared", "validation", scores);
}
await store.close();
