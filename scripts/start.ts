import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildConsole, judgeConsole } from "./console-build.ts";
import { repository } from "./process.ts";

/** `npm start`: builds the Admin Console where it is missing or stale, then is the server's own process. */
async function main(): Promise<void> {
  const state = judgeConsole(repository);
  if (state !== "fresh" && existsSync(join(repository, "apps/console/vite.config.ts"))) {
    const why = state === "missing" ? "it has not been built yet" : "its sources have changed";
    console.log(`Building the Admin Console: ${why}. This takes a few seconds.`);
    await buildConsole(repository);
  }
  // Compiled code is kept between starts; a folder that cannot be written only makes the start slower.
  enableCompileCache(join(repository, "node_modules", ".cache", "hilum", "compiled"));
  await import(pathToFileURL(join(repository, "apps/server/src/main.ts")).href);
}

/** One readable line for what the server could not start with; the stack is for bugs only. */
function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return "The port is in use by another program. Stop that one, or choose another port with HILUM_PORT.";
  if (code === "EACCES")
    return `${String(error)}. Choose a port above 1023 with HILUM_PORT, or folders that you may write.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await main();
} catch (error) {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
