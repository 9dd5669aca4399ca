import { requires, startPostgres } from "@hilum/testkit";
import { startTestServer, type TestServer } from "./test-server.ts";

/** A server on each engine of the store; what is not at hand is skipped with its reason. Close it, which drops the database too. */
export const engines: readonly { name: string; available: boolean; start(): Promise<TestServer> }[] = [
  { name: "SQLite", available: true, start: () => startTestServer() },
  {
    name: "PostgreSQL",
    available: requires("postgresql").available,
    async start() {
      const database = (await startPostgres()).createDatabase();
      const server = await startTestServer({ env: { HILUM_DATABASE_URL: database.connectionString } });
      return {
        ...server,
        async close() {
          await server.close();
          database.drop();
        },
      };
    },
  },
];
