import type { CreateTableBuilder, Kysely } from "kysely";
import type { Migration } from "./migration.ts";

/** Runs, iterations, experiments, item scores, the register of test openings, the ledger. */
export const firstTables: Migration = {
  name: "first tables",
  async up(db) {
    await runs(db);
    await iterations(db);
    await experiments(db);
    await scores(db);
    await db.schema
      .createTable("ledger")
      .addColumn("key", "text", (column) => column.primaryKey())
      .addColumn("runId", "text", (column) => column.notNull())
      .addColumn("iteration", "integer", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .$call(usage)
      .addColumn("gpuSeconds", "double precision", (column) => column.notNull())
      .addColumn("spentAt", "text", (column) => column.notNull())
      .execute();
    await db.schema.createIndex("ledgerRun").on("ledger").column("runId").execute();
  },
};

async function runs(db: Kysely<unknown>): Promise<void> {
  let table = db.schema.createTable("runs").addColumn("id", "text", (c) => c.primaryKey());
  for (const name of ["study", "task", "domain", "tier", "variant", "agent", "backbone"] as const) {
    table = table.addColumn(name, "text", (c) => c.notNull());
  }
  await table
    .addColumn("seed", "bigint", (c) => c.notNull())
    .addColumn("spec", "text", (c) => c.notNull())
    .addColumn("status", "text", (c) => c.notNull())
    .addColumn("stopReason", "text")
    .addColumn("startedAt", "text", (c) => c.notNull())
    .addColumn("closedAt", "text")
    .$call(interval("baseline"))
    .addColumn("best", "integer")
    .$call(interval("bestValidation"))
    .addColumn("bestModel", "text")
    .addColumn("bestSubmission", "text")
    .$call(interval("test"))
    .addColumn("testSubmetrics", "text")
    .addColumn("gpuSeconds", "double precision", (c) => c.notNull())
    .addColumn("wallSeconds", "double precision", (c) => c.notNull())
    .$call(usage)
    .addColumn("looks", "integer", (c) => c.notNull())
    .addColumn("steered", "integer", (c) => c.notNull())
    .addColumn("rebudgeted", "integer", (c) => c.notNull())
    .addColumn("budget", "text", (c) => c.notNull())
    .addColumn("protection", "text", (c) => c.notNull())
    .addColumn("dataSha256", "text")
    .execute();
  await db.schema.createIndex("runsStudy").on("runs").columns(["study", "startedAt"]).execute();
}

async function iterations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("iterations")
    .addColumn("runId", "text", (c) => c.notNull().references("runs.id"))
    .addColumn("iteration", "integer", (c) => c.notNull())
    .addColumn("strategy", "text")
    .addColumn("experiments", "text", (c) => c.notNull())
    .addColumn("outcome", "text", (c) => c.notNull())
    .addColumn("stage", "text")
    .addColumn("accepted", "integer", (c) => c.notNull())
    .addColumn("reason", "text", (c) => c.notNull())
    .addColumn("delta", "text")
    .$call(interval("validation"))
    .addColumn("diagnosis", "text")
    .addColumn("secondsByStage", "text", (c) => c.notNull())
    .addColumn("gpuSeconds", "double precision", (c) => c.notNull())
    .$call(usage)
    .addColumn("closedAt", "text", (c) => c.notNull())
    .addPrimaryKeyConstraint("iterationsKey", ["runId", "iteration"])
    .execute();
}

async function experiments(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("experiments")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("runId", "text", (c) => c.notNull())
    .addColumn("task", "text", (c) => c.notNull())
    .addColumn("iteration", "integer", (c) => c.notNull())
    .addColumn("outcome", "text", (c) => c.notNull())
    .addColumn("stage", "text", (c) => c.notNull())
    .addColumn("failureClass", "text")
    .addColumn("failure", "text")
    .addColumn("metric", "text")
    .$call(interval("validation"))
    .addColumn("benchmark", "text")
    .addColumn("feedback", "text", (c) => c.notNull())
    .addColumn("model", "text")
    .addColumn("metrics", "text")
    .addColumn("curated", "text")
    .addColumn("submission", "text", (c) => c.notNull())
    .addColumn("secondsByStage", "text", (c) => c.notNull())
    .addColumn("gpuSeconds", "double precision", (c) => c.notNull())
    .addColumn("dataSha256", "text", (c) => c.notNull())
    .addColumn("submissionSha256", "text", (c) => c.notNull())
    .addColumn("scriptSha256", "text")
    .addColumn("curatedSha256", "text")
    .addColumn("baseModelSha256", "text", (c) => c.notNull())
    .addColumn("weightsSha256", "text")
    .addColumn("config", "text")
    .addColumn("curateSeed", "bigint", (c) => c.notNull())
    .addColumn("trainSeed", "bigint", (c) => c.notNull())
    .addColumn("versions", "text", (c) => c.notNull())
    .addColumn("protection", "text", (c) => c.notNull())
    .addColumn("device", "text")
    .addColumn("threads", "integer")
    .addColumn("closedAt", "text", (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex("experimentsRun")
    .on("experiments")
    .columns(["runId", "iteration"])
    .execute();
}

async function scores(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("itemScores")
    .addColumn("experimentId", "text", (c) => c.notNull())
    .addColumn("split", "text", (c) => c.notNull())
    .addColumn("item", "text", (c) => c.notNull())
    .addColumn("subtask", "text", (c) => c.notNull())
    .addColumn("cluster", "text")
    .addColumn("score", "double precision", (c) => c.notNull())
    .addColumn("error", "text")
    .addPrimaryKeyConstraint("itemScoresKey", ["experimentId", "split", "item"])
    .execute();
  await db.schema
    .createTable("testOpenings")
    .addColumn("runId", "text", (c) => c.primaryKey())
    .addColumn("task", "text", (c) => c.notNull())
    .addColumn("tier", "text", (c) => c.notNull())
    .addColumn("dataSha256", "text", (c) => c.notNull())
    .addColumn("modelSha256", "text", (c) => c.notNull())
    .addColumn("openedAt", "text", (c) => c.notNull())
    .addColumn("scoredAt", "text")
    .$call(interval("test"))
    .addColumn("submetrics", "text")
    .execute();
}

type Table = CreateTableBuilder<string, string>;

/** Four columns: `<prefix>Value`, `Low`, `High`, `N`. */
function interval(prefix: string): (table: Table) => Table {
  return (table) =>
    table
      .addColumn(`${prefix}Value`, "double precision")
      .addColumn(`${prefix}Low`, "double precision")
      .addColumn(`${prefix}High`, "double precision")
      .addColumn(`${prefix}N`, "integer");
}

function usage(table: Table): Table {
  return table
    .addColumn("calls", "bigint", (c) => c.notNull())
    .addColumn("promptTokens", "bigint", (c) => c.notNull())
    .addColumn("completionTokens", "bigint", (c) => c.notNull())
    .addColumn("costUsd", "double precision", (c) => c.notNull());
}
