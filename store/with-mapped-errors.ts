import type { DatabaseConnection, Dialect } from "kysely";

/** The same dialect, with every error of the connection passed through `map` before it is thrown. */
export function withMappedErrors(dialect: Dialect, map: (error: unknown) => unknown): Dialect {
  const rethrow = (error: unknown): never => {
    throw map(error);
  };
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
      driver.init = (options) => init(options).catch(rethrow);
      driver.acquireConnection = async (options) => {
        const connection = await acquire(options).catch(rethrow);
        if (!seen.has(connection)) {
          seen.add(connection);
          const execute = connection.executeQuery.bind(connection);
          connection.executeQuery = (query, queryOptions) =>
            execute<never>(query, queryOptions).catch(rethrow);
        }
        return connection;
      };
      return driver;
    },
  };
}
