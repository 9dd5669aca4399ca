import { operations, roles, type OperationId, type OperationSpec, type Role } from "@hilum/contract/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moveClock } from "../test-support/move-clock.ts";
import { toRequest, type TestClient } from "../test-support/test-client.ts";
import { startTestServer, type TestServer } from "../test-support/test-server.ts";
import { validRequests } from "../test-support/valid-requests.ts";

/** What a caller without the right is told. Every other answer, good or bad, comes from behind the door. */
type Refusal = "request.unauthenticated" | "request.forbidden" | "request.step_up";
const refusals = new Set<string>([
  "request.unauthenticated",
  "request.forbidden",
  "request.step_up",
] satisfies Refusal[]);

type Credential =
  | { kind: "none" }
  | { kind: "session"; role: Role; /** The last proof of the password is older than five minutes. */ old?: true }
  | { kind: "token"; role: Role };

/** What is a person's own: an account, and a glass, which a person breaks and another person reviews. */
const personal = new Set(["account", "glasses"]);

/** Derived from the contract's `access` and `stepUp` alone, and two sentences of DESIGN about programs. */
function expected(spec: OperationSpec, credential: Credential): Refusal | undefined {
  if (spec.id === "registerPlugin") return expectedOfRegistration(credential);
  if (spec.access === "public") return undefined;
  if (credential.kind === "none") return "request.unauthenticated";
  if (spec.access === "plugin" || !spec.access.includes(credential.role)) return "request.forbidden";
  if (credential.kind === "token")
    return spec.stepUp === true || personal.has(spec.tag) ? "request.forbidden" : undefined;
  return spec.stepUp === true && credential.old === true ? "request.step_up" : undefined;
}

/** Registration is public so that a program on this machine may ask; who shows a credential needs the role. */
function expectedOfRegistration(credential: Credential): Refusal | undefined {
  if (credential.kind === "none") return undefined;
  return credential.role === "administrator" || credential.role === "operator" ? undefined : "request.forbidden";
}

function requestOf(spec: OperationSpec) {
  const id = spec.id as OperationId;
  return toRequest(id, validRequests[id]);
}

async function refusalOf(client: TestClient, spec: OperationSpec): Promise<string | undefined> {
  const { method, path, ...rest } = requestOf(spec);
  const answer = await client.send(method, path, rest);
  if (answer.status < 400 || answer.status === 426) return undefined;
  const code = answer.code();
  if (!refusals.has(code)) return undefined;
  expect(answer.status, `${spec.id}: ${code}`).toBe(code === "request.unauthenticated" ? 401 : 403);
  return code;
}

/** Signing out last: it ends the session that the others need. */
const inOrder: readonly OperationSpec[] = operations.toSorted(
  (a, b) => Number(a.id === "signOut") - Number(b.id === "signOut"),
);

async function walk(client: TestClient, credential: Credential): Promise<void> {
  const seen: Record<string, string | undefined> = {};
  const wanted: Record<string, string | undefined> = {};
  for (const spec of inOrder) {
    seen[spec.id] = await refusalOf(client, spec);
    wanted[spec.id] = expected(spec, credential);
  }
  expect(seen).toEqual(wanted);
}

describe("every operation, for everybody", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await Promise.all(roles.map((role) => server.as(role)));
    // Made now: a walk through every operation ends the sessions that could make them.
    await Promise.all(roles.map((role) => server.withToken(role)));
  });
  afterAll(() => server.close());

  it("threat 153: has a row in the matrix", () => {
    expect(Object.keys(validRequests).toSorted()).toEqual(operations.map(({ id }) => id as string).toSorted());
  });

  it("threat 153: refuses who shows no credential", () => walk(server.nobody(), { kind: "none" }));

  it.each(roles)("threat 153: gives the %s what the contract says", async (role) => {
    await walk(await server.signIn(role === "administrator" ? "ana" : role), { kind: "session", role });
  });

  it.each(roles)(
    "threat 153: gives a token of the role %s what the contract says, and no act that asks for a person",
    async (role) => {
      await walk(await server.withToken(role), { kind: "token", role });
    },
  );

  it("threat 76, 153: refuses a token in the second in which it was revoked, everywhere", async () => {
    const administrator = await server.signIn("ana");
    const made = { name: "Short", role: "administrator", days: 1 } as const;
    const { token, value } = await administrator.ok("createApiToken", { body: made });
    const program = server.nobody();
    const headers = { authorization: `Bearer ${value}` };
    expect((await program.call("getDashboard", { headers })).status).toBe(200);
    await administrator.ok("revokeApiToken", { params: { token: token.id } });
    // Two look at no credential at all: a webhook has its signature, a sign-in at a provider its single-use state.
    const without = new Set(["receiveHook", "finishOAuth"]);
    for (const spec of inOrder.filter(({ id }) => !without.has(id))) {
      const { method, path, ...rest } = requestOf(spec);
      const answer = await program.send(method, path, { ...rest, headers: { ...rest.headers, ...headers } });
      const code = answer.code();
      // Where no credential of ours is looked at, none can be refused.
      if (spec.raw === true || spec.fromElsewhere === true) expect(refusals.has(code), spec.id).toBe(false);
      else expect(code, spec.id).toBe("request.unauthenticated");
    }
  });

  it("threat 153: refuses a session that idled too long", async () => {
    const client = await server.signIn("ana");
    const { cookie } = client;
    using _clock = moveClock(16 * 60_000);
    for (const spec of inOrder) {
      client.cookie = cookie;
      // From a browser, so never a registration of a program on this machine.
      const wanted = spec.id === "registerPlugin" ? "request.unauthenticated" : expected(spec, { kind: "none" });
      expect(await refusalOf(client, spec), spec.id).toBe(wanted);
    }
  });

  it("threat 153: asks for the password again when the last proof is old", async () => {
    const client = await server.signIn("ana");
    using _clock = moveClock(6 * 60_000);
    await walk(client, { kind: "session", role: "administrator", old: true });
  });
});
