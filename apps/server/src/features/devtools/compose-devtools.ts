import { join } from "node:path";
import type { Actor, Log } from "@hilum/contract";
import { pluginFailureData, type Host, type Sandbox } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { Config } from "../../config.ts";
import type { Installation } from "../../compose.ts";
import type { Handlers } from "../../http/request.ts";
import type { PagesService } from "../pages/pages.ts";
import type { HealthService } from "../plugins/health.ts";
import type { LifecycleService } from "../plugins/lifecycle.ts";
import type { RegistrationService } from "../plugins/registration.ts";
import type { InstanceRunner } from "../plugins/runner.ts";
import { createConformanceFiles } from "./conformance-files.ts";
import { createConformanceService, type ConformanceService } from "./conformance.ts";
import { createLiveReloadService } from "./live-reload.ts";
import { createDevtoolsHandlers } from "./routes.ts";
import { createFixtureSender } from "./send-fixture.ts";
import { createUpgradeService } from "./upgrade.ts";
import { createWireService } from "./wire.ts";
import { createWorkspaceService } from "./workspace.ts";

export interface DevtoolsParts {
  config: Config;
  installation: Installation;
  store: Store;
  host(): Host;
  sandbox: Sandbox;
  runner: Pick<InstanceRunner, "codeOf">;
  lifecycle: LifecycleService;
  health: HealthService;
  registration: RegistrationService;
  pages: PagesService;
  ref(resource: string, id: string): string;
  holds(actor: Actor): Promise<boolean>;
  log: Log;
}

/** What a plugin's developer does, in the console and by programs alike. */
export function composeDevtools(parts: DevtoolsParts): {
  handlers: Pick<Handlers, keyof ReturnType<typeof createDevtoolsHandlers>>;
  judge: ConformanceService["judge"];
  close(): Promise<void>;
} {
  const {
    config,
    installation,
    store,
    host,
    sandbox,
    runner,
    lifecycle,
    health,
    registration,
    pages,
    ref,
    holds,
    log,
  } = parts;
  const { packagesDir, modulesDir, pythonSdkDir } = installation;
  const moduleRoots = [modulesDir, packagesDir];
  const styles = ["kit.css", "views.css", "lanes.css"].map((name) => join(packagesDir, "sdk/src/ui/css", name));
  const pageSources = { moduleRoots, styles };
  const liveReload = createLiveReloadService({ store, lifecycle, health, pages: pageSources, log });
  const conformance = createConformanceService({
    ...{ store, sandbox, codeOf: runner.codeOf, version: installation.version },
    files: createConformanceFiles(join(config.dataDir, "conformance")),
  });
  const handlers = createDevtoolsHandlers({
    ...{ store, liveReload, holds },
    workspace: createWorkspaceService({
      store,
      registration,
      accepted: pages,
      pages: pageSources,
      dir: config.workspaceDir,
    }),
    wire: createWireService({ store, host, failureData: pluginFailureData }),
    conformance,
    upgrade: createUpgradeService({ store }),
    sendFixture: createFixtureSender({ store, host, ref, failureData: pluginFailureData }),
    packSources: { moduleRoots, ...(pythonSdkDir === undefined ? {} : { pythonSdk: join(pythonSdkDir, "hilum") }) },
  });
  return { handlers, judge: conformance.judge, close: () => liveReload.close() };
}
