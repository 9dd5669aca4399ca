import type { FetchParams, FetchResult, WireResource } from "@hilum/contract";
import { FetchFailure, type Subject } from "@hilum/devtools/conformance";
import { startTestEgress } from "@hilum/sdk/testing";
import {
  askOverTls,
  createCertificateAuthority,
  requires,
  startFhirServer,
  startOrthancServer,
  startS3Server,
  Unanswered,
  type FhirServer,
  type OrthancServer,
  type S3Server,
} from "@hilum/testkit";

type Reached = Pick<Subject, "settings" | "grants" | "egressSocket" | "fetch" | "secrets">;

/** The servers behind the stores of records that come with Hilum; those that are not installed are left out. */
export interface StorePeers {
  start(): Promise<void>;
  stop(): Promise<void>;
  fhir(): Reached;
  s3(): Reached;
  orthanc(): Reached;
}

/** What Orthanc takes: a document with its file. */
export const letter: WireResource = {
  resourceType: "DocumentReference",
  status: "current",
  description: "Quillfeather",
  content: [
    {
      attachment: {
        contentType: "application/pdf",
        data: Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n").toString(
          "base64",
        ),
      },
    },
  ],
};

export function createStorePeers(): StorePeers {
  let authority = "";
  let fhir: FhirServer | undefined;
  let s3: S3Server | undefined;
  let orthanc: OrthancServer | undefined;
  let egress: Awaited<ReturnType<typeof startTestEgress>> | undefined;

  const tunnel = (host: string, port: number | undefined): Pick<Reached, "grants" | "egressSocket"> => ({
    grants: [`net:tcp://${host}:${port}`],
    egressSocket: egress?.socketPath ?? "",
  });
  return {
    async start() {
      const issuer = await createCertificateAuthority("Conformance stores");
      authority = issuer.certificate;
      const certificate = await issuer.issue({
        names: ["localhost", "127.0.0.1"],
        notAfter: new Date(Date.now() + 86_400_000),
      });
      fhir = await startFhirServer({ certificate });
      if (requires("moto").available) s3 = await startS3Server({ certificate, authority });
      if (requires("orthanc").available) orthanc = await startOrthancServer();
      const allowed = new Set([`net:tcp://localhost:${s3?.port}`, `net:tcp://127.0.0.1:${orthanc?.port}`]);
      egress = await startTestEgress({
        allows: (scope) => allowed.has(scope),
        privateRanges: ["127.0.0.0/8", "::1/128"],
      });
    },
    async stop() {
      await egress?.close();
      await fhir?.close();
      await s3?.stop();
      await orthanc?.stop();
    },
    fhir: () => ({
      settings: { host: "localhost", port: fhir?.port, basePath: fhir?.basePath, signIn: "none" },
      grants: [`net:https://localhost:${fhir?.port}`],
      fetch: (params) => fetchFrom(fhir?.port ?? 0, authority, params),
    }),
    s3: () => ({
      settings: {
        ...{ host: "localhost", port: s3?.port, region: s3?.region, bucket: s3?.bucket, prefix: "conformance/" },
        ...{ accessKeyId: s3?.accessKeyId, secretAccessKey: s3?.secretAccessKey, ca: authority },
        ...{ encryption: "bucket", lock: "none", lockDays: 1 },
      },
      secrets: [s3?.secretAccessKey ?? ""],
      ...tunnel("localhost", s3?.port),
    }),
    orthanc: () => ({
      settings: {
        ...{ host: "127.0.0.1", port: orthanc?.port, security: "none" },
        ...{ username: orthanc?.username, password: orthanc?.password },
      },
      secrets: [orthanc?.password ?? ""],
      ...tunnel("127.0.0.1", orthanc?.port),
    }),
  };
}

/** As the plugin's manifest has it. */
const answerBytesMax = 524_288;

/** Makes a plugin's request as the host does. */
async function fetchFrom(port: number, authority: string, params: FetchParams): Promise<FetchResult> {
  const { method, path, query, headers = {}, body } = params;
  const form = body !== undefined && "form" in body ? new URLSearchParams(pairsOf(body.form)).toString() : undefined;
  const text = form ?? (body !== undefined && "text" in body ? body.text : "");
  const type = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  try {
    const reply = await askOverTls({
      ...{ port, authority, method, path, headers: { ...headers, ...type }, body: text },
      ...(query === undefined ? {} : { query }),
    });
    if (reply.body.length > answerBytesMax)
      throw new FetchFailure({ code: "provider.response_too_large", sent: "maybe" });
    return {
      ...{ status: reply.status, headers: { "content-type": reply.headers["content-type"] ?? "" }, request: path },
      body: { text: reply.body.toString("utf8") },
    };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    throw new FetchFailure({ code: "provider.unreachable", sent: "maybe" });
  }
}

const pairsOf = (form: Readonly<Record<string, string | string[]>>): [string, string][] =>
  Object.entries(form).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value]));
