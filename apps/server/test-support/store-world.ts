import type { ReplicatedStore } from "@hilum/contract/api";
import { createTempDir, startFhirPeer, type FhirPeer } from "@hilum/testkit";
import { fhirOf, type FhirCaller } from "./fhir.ts";
import { fhirStore, turnOnFhirServer } from "./fhir-peer.ts";
import { waitUntil } from "./practice.ts";
import { startServerProcess, type ServerProcess } from "./server-process.ts";
import type { TestClient } from "./test-client.ts";
import { freePort, password } from "./test-server.ts";

/** So long a store may take, in milliseconds, before a test gives it up. */
export const patience = 90_000;

/** Hilum as a process of its own, which can be killed, and a FHIR server as a store of its records, which can leave. */
export interface StoreWorld {
  peer: FhirPeer;
  /** The process of now, its administrator, and the FHIR API as the administrator has it. */
  readonly server: ServerProcess;
  readonly operator: TestClient;
  readonly fhir: FhirCaller;
  kill(): Promise<void>;
  /** On the same data, after it was killed. */
  startAgain(): Promise<void>;
  /** The FHIR server as `listStores` has it. */
  store(): Promise<ReplicatedStore>;
  waitFor(what: string, holds: (now: ReplicatedStore) => boolean): Promise<ReplicatedStore>;
  close(): Promise<void>;
}

/** With the store turned on, and without a role yet. */
export async function startStoreWorld(name: string): Promise<StoreWorld> {
  const folder = createTempDir(name);
  const peer = await startFhirPeer();
  const env = { HILUM_PORT: String(await freePort()) };
  let server = await startServerProcess({ folder: folder.path, env });
  let operator = server.client();
  const store = async (): Promise<ReplicatedStore> => {
    const found = (await operator.ok("listStores")).items.find(({ plugin }) => plugin === fhirStore.plugin);
    if (found === undefined) throw new Error("The store is not listed");
    return found;
  };
  const world: StoreWorld = {
    peer,
    get server() {
      return server;
    },
    get operator() {
      return operator;
    },
    get fhir() {
      return fhirOf(operator);
    },
    async kill() {
      await server.end("SIGKILL");
    },
    async startAgain() {
      server = await startServerProcess({ folder: folder.path, env });
      operator = server.client();
      await operator.ok("signIn", { body: { username: "ana", password } });
    },
    store,
    waitFor: (what, holds) => waitUntil(what, store, holds, patience),
    async close() {
      await server.end("SIGKILL");
      await peer.close();
      folder.remove();
    },
  };
  try {
    await operator.ok("createFirstAdministrator", {
      body: { code: server.setupCode ?? "", username: "ana", displayName: "Ana", password },
    });
    await turnOnFhirServer(operator, peer);
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

/** Nothing is behind, and of every write is known what became of it. */
export const isCurrent = ({ state, behind, unsettled = 0 }: ReplicatedStore): boolean =>
  state === "current" && behind.changes === 0 && unsettled === 0;
