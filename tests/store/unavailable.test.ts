import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { getRun, upsertRun } from "../../store/runs.ts";
import { StoreDamagedError } from "../../store/store-damaged-error.ts";
import { StoreUnavailableError } from "../../store/store-unavailable-error.ts";
import { missingTool } from "../support/missing-tool.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { aRun, RUN_ID } from "../support/records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("SQLite", () => {
  test("a database locked by another process is a retryable error, and works once it is free", async () => {
    const path = join(temporaryFolder(), "store.sqlite");
    const store = openStore(`sqlite:${path}`, { busyTimeoutMs: 5 });
    onTestFinished(() => store.close());
    await migrateToLatest(store);
    const other = new DatabaseSync(path);
    other.exec("begin immediate");
    const error = await upsertRun(store.db, aRun()).catch((caught) => caught);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ reason: "locked", retryable: true });
    expect(error.message).toContain(path);
    other.exec("rollback");
    other.close();
    await upsertRun(store.db, aRun());
    expect(await getRun(store.db, RUN_ID)).not.toBeNull();
  });

  test("a folder that can't be made is a retryable error that names the database", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "occupied"), "");
    const store = openStore(`sqlite:${join(folder, "occupied", "store.sqlite")}`);
    const error = await migrateToLatest(store).catch((caught) => caught);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error.message).toMatch(/occupied.*can't be opened or written/);
  });

  test("the database can be opened once its place is mended", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "store.sqlite"));
    const store = openStore(`sqlite:${join(folder, "store.sqlite")}`);
    onTestFinished(() => store.close());
    await expect(migrateToLatest(store)).rejects.toThrow(StoreUnavailableError);
    rmdirSync(join(folder, "store.sqlite"));
    await migrateToLatest(store);
    expect(await getRun(store.db, RUN_ID)).toBeNull();
  });

  test("a file that is no database is told from one that is away", async () => {
    const path = join(temporaryFolder(), "store.sqlite");
    writeFileSync(path, "this is a text and not a database, and long enough to have a header");
    const store = openStore(`sqlite:${path}`);
    const error = await migrateToLatest(store).catch((caught) => caught);
    expect(error).toBeInstanceOf(StoreDamagedError);
    expect(error.message).toContain(path);
  });

  test("an unknown kind of database is refused, without its password", () => {
    expect(() => openStore("mysql://me:secret@host/db")).toThrow(
      /"mysql:\/\/me:\*\*\*@host\/db": expected sqlite:\/path or postgresql:/,
    );
  });
});

describe("PostgreSQL", () => {
  test("a server that does not answer is a retryable error without the password", async () => {
    const store = openStore("postgresql://me:secret@127.0.0.1:1/db");
    const error = await migrateToLatest(store).catch((caught) => caught);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ reason: "unreachable", retryable: true });
    expect(error.message).not.toContain("secret");
  });

  const found = findPostgres();
  if ("missing" in found) missingTool("a server that stops while it is used", found.missing);
  else {
    test("a server that stops while it is used is a retryable error, not the end of the process", async () => {
      const server = await startPostgres(found.bin);
      const store = openStore(await server.createDatabase("test"));
      onTestFinished(() => store.close());
      await migrateToLatest(store);
      await server.stop();
      const error = await upsertRun(store.db, aRun()).catch((caught) => caught);
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error.reason).toBe("unreachable");
    });
  }
});
