import { existsSync } from "node:fs";
import { join } from "node:path";
import { isHilumError } from "@hilum/contract";
import { composeServer } from "./compose.ts";
import { readConfig } from "./config.ts";
import { createLog, describeCause } from "./log.ts";
import { describeStart } from "./start-page.ts";
import { hilumVersion } from "./version.ts";

const root = join(import.meta.dirname, "../../..");
const pythonSdkDir = join(root, "sdks/python/src");
const log = createLog();

try {
  const config = readConfig(process.env, process.cwd());
  const installation = {
    version: hilumVersion,
    consoleDir: join(root, "apps/console/dist"),
    pluginsDir: join(root, "plugins"),
    packagesDir: join(root, "packages"),
    modulesDir: join(root, "node_modules"),
    ...(existsSync(pythonSdkDir) ? { pythonSdkDir } : {}),
  };
  const server = await composeServer(config, installation, log);
  process.stdout.write(
    describeStart({ ...server, version: hilumVersion, dataDir: config.dataDir, keyFile: config.keyFile }),
  );
  server.ready.catch(refuseStart);
  let stopping: Promise<void> | undefined;
  const stop = (signal: string): void => {
    log.info("server.stopping", { signal });
    stopping ??= server.close().then(() => process.exit(0));
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
} catch (error) {
  refuseStart(error);
}

function refuseStart(error: unknown): never {
  const said = isHilumError(error) ? `${error.detail}\n  ${error.spec.fix}` : "Hilum could not start.";
  process.stderr.write(`\n  ${said}\n\n`);
  log.error("server.not_started", {
    ...(isHilumError(error) ? { code: error.code } : {}),
    reason: describeCause(error),
  });
  process.exit(1);
}
