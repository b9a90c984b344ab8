import type { DatabaseConnection, Dialect } from "kysely";

/** Runs one piece of work on the database, mapping its errors, perhaps repeating it. */
export type Execution = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** The same dialect, with opening, connecting and every statement run through `execution`. */
export function withExecution(dialect: Dialect, execution: Execution): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver() {
      const driver = dialect.createDriver();
      const init = driver.init.bind(driver);
      const acquire = driver.acquireConnection.bind(driver);
      // Pooled connections come again and again, and drivers know them by identity: each is changed in place, once.
      const seen = new WeakSet<DatabaseConnection>();
      driver.init = (options) => execution(() => init(options));
      driver.acquireConnection = async (options) => {
        const connection = await execution(() => acquire(options));
        if (!seen.has(connection)) {
          seen.add(connection);
          const execute = connection.executeQuery.bind(connection);
          connection.executeQuery = (query, queryOptions) =>
            execution(() => execute<never>(query, queryOptions));
        }
        return connection;
      };
      return driver;
    },
  };
}
