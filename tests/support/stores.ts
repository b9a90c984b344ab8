import { join } from "node:path";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import { openStore, type Store } from "../../store/open-store.ts";
import { missingTool } from "./missing-tool.ts";
import { findPostgres, type PostgresServer, startPostgres } from "./postgres.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What a suite over every database gets. */
export interface DatabaseUnderTest {
  readonly dialect: Store["dialect"];
  /** URL of a fresh, empty database. */
  freshUrl(): Promise<string>;
  /** A store over a database; closed when the test is over. */
  open(url: string): Store;
}

/** Runs a suite on every database: SQLite, and PostgreSQL where a server is installed. */
export function onEveryDatabase(name: string, suite: (database: DatabaseUnderTest) => void): void {
  const open = (url: string): Store => {
    const store = openStore(url);
    onTestFinished(() => store.close());
    return store;
  };

  describe(`${name} on SQLite`, () => {
    const freshUrl = async () => `sqlite:${join(temporaryFolder(), "state", "store.sqlite")}`;
    suite({ dialect: "sqlite", freshUrl, open });
  });

  const found = findPostgres();
  if ("missing" in found) {
    missingTool(`${name} on PostgreSQL`, found.missing);
    return;
  }
  describe(`${name} on PostgreSQL`, () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(found.bin);
    });
    afterAll(() => server.stop());
    suite({
      dialect: "postgresql",
      freshUrl: () => {
        count += 1;
        return server.createDatabase(`test_${count}`);
      },
      open,
    });
  });
}
