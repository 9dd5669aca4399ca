import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTempDir } from "@hilum/testkit";
import { createKeyFile, filesOf, publish, renew, takePublication, usualLifetimes } from "@hilum/marketplace/sign";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { aPackage, publisher, sha256 } from "../../../../test-support/a-marketplace.ts";
import {
  approve,
  basisOf,
  createKeeper,
  put,
  repositoryOf,
  signAmendment,
  signFiles,
  signVersion,
  takeApproved,
  upload,
  type Keeper,
} from "../../../../test-support/own-marketplace.ts";
import type { TestClient } from "../../../../test-support/test-client.ts";
import { password, startTestServer, type TestServer } from "../../../../test-support/test-server.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const temp = createTempDir("publishing");
const plugin = "com.example.mail";
const when = () => ({ now: new Date(), lifetimes: usualLifetimes });
const archive = (version: string): Buffer => aPackage({ manifest: { id: plugin, version } });
const codeOf = (answer: { problem(): { code: string } }): string => answer.problem().code;

describe("an organisation's own marketplace", () => {
  let server: TestServer;
  let ana: TestClient;
  let otto: TestClient;
  let bo: TestClient;
  let keeper: Keeper;
  /** Every private key that is made here: seeds of Ed25519. */
  const made: Buffer[] = [];

  const setEnvironment = async (environment: "test" | "production"): Promise<void> => {
    const { settings, revision } = await ana.ok("getPlatformSettings");
    await ana.ok("savePlatformSettings", { body: { settings: { ...settings, environment }, revision } });
  };
  const publishVersion = async (version: string): Promise<void> => {
    const { submit } = await signVersion(otto, archive(version), keeper);
    await approve([ana, bo], await otto.ok("submitPublication", { body: submit }));
    expect((await takeApproved(ana, keeper)).status).toBe(200);
  };

  beforeAll(async () => {
    server = await startTestServer();
    ana = await server.as("administrator");
    otto = await server.as("operator");
    const { code } = await ana.ok("inviteUser", { body: { username: "bo", displayName: "Bo", role: "operator" } });
    await server.nobody().ok("acceptInvitation", { body: { code, password } });
    bo = await server.signIn("bo");
    const { subtle } = globalThis.crypto;
    const exportKey = subtle.exportKey.bind(subtle);
    vi.spyOn(subtle, "exportKey").mockImplementation((async (format: "pkcs8", key: never) => {
      const bytes = await exportKey(format, key);
      if (format === "pkcs8") made.push(Buffer.from(bytes).subarray(-32));
      return bytes;
    }) as never);
    keeper = await createKeeper();
    await setEnvironment("test");
  });
  afterAll(async () => {
    await server.close();
    temp.remove();
  });

  it("does not exist before its keeper has signed it, and takes nothing until then", async () => {
    expect(await otto.ok("getOwnMarketplace")).toMatchObject({ expires: [], waiting: 0 });
    const body = { kind: "version" as const, publisher, plugin, version: "1.0.0" };
    const publication = { signed: {}, signatures: [] };
    const refused = await otto.call("submitPublication", { body: { ...body, publication } });
    expect(codeOf(refused)).toBe("source.not_found");
  });

  it("threat 119: is not made with keys of tests outside of tests, nor by an operator", async () => {
    await setEnvironment("production");
    const refused = await put(ana, await keeper.found());
    await setEnvironment("test");
    expect(codeOf(refused)).toBe("source.test_keys");
    expect(codeOf(await put(otto, await keeper.found()))).toBe("request.forbidden");
    expect((await otto.ok("getOwnMarketplace")).repository).toBeUndefined();
  });

  it("begins with what its keeper signed, once", async () => {
    const first = await keeper.found();
    expect((await put(ana, first)).status).toBe(200);
    expect(await repositoryOf(otto)).toEqual(first);
    expect((await otto.ok("getOwnMarketplace")).expires.map(({ role, state }) => `${role} ${state}`)).toEqual([
      ...["root in_time", "targets in_time", "snapshot in_time", "timestamp in_time"],
    ]);
    expect(codeOf(await put(ana, await keeper.found(), 0))).toBe("request.conflict");
  });

  it("shows a version as it will be listed, and takes it in when two others have approved it", async () => {
    const { preview, submit } = await signVersion(otto, archive("1.0.0"), keeper, {
      changelog: "1.0.0 begins.",
      evidence: { conformance: { passed: 3, failed: 0, skipped: 1 } },
    });
    expect(preview.detail).toMatchObject({ plugin, version: "1.0.0", publisher, digest: sha256(archive("1.0.0")) });
    expect(preview.detail.qualityCriteria).toContainEqual(
      expect.objectContaining({ id: "conformance", met: true, evidence: "3 passed, 0 failed, 1 skipped." }),
    );
    const handedIn = await otto.ok("submitPublication", { body: submit });
    expect(handedIn).toMatchObject({ state: "waiting", submittedBy: "user:operator", approvalsNeeded: 2, reviews: [] });
    const params = { submission: handedIn.id };
    const review = { params, body: { decision: "approve" as const, note: "Read it." } };
    expect(codeOf(await otto.call("reviewSubmission", review))).toBe("approval.another_person");
    expect((await ana.ok("reviewSubmission", review)).state).toBe("waiting");
    expect(codeOf(await ana.call("reviewSubmission", review))).toBe("approval.another_person");
    const early = await put(
      ana,
      await renew(
        { ...(await repositoryOf(ana)), publishers: { [publisher]: submit.publication as never } },
        keeper.keys,
        when(),
      ),
    );
    expect(codeOf(early)).toBe("publication.not_approved");
    expect((await bo.ok("reviewSubmission", review)).state).toBe("approved");
    expect(codeOf(await bo.call("reviewSubmission", review))).toBe("approval.wrong_state");
    const before = await repositoryOf(ana);
    expect((await takeApproved(ana, keeper)).status).toBe(200);
    expect((await ana.ok("listSubmissions", { query: { state: "published" } })).items).toMatchObject([
      { id: handedIn.id, publishedAt: expect.any(String) },
    ]);
    expect(basisOf(await repositoryOf(ana))).toBe(basisOf(before) + 1);
  });

  it("is a folder that any Hilum takes as a source", async () => {
    const place = { kind: "folder" as const, path: (await ana.ok("getOwnMarketplace")).folder };
    const { fingerprint } = await ana.ok("inspectSource", { body: { place } });
    const policy = { coolingOffDays: 0, whenRevoked: "stop" as const, publishers: [] };
    const body = { id: "own", title: "Our own", kind: "organisation" as const, place, fingerprint, policy };
    expect(await ana.ok("addSource", { body })).toMatchObject({ state: "fresh", publishers: [publisher], plugins: 1 });
    expect(await ana.ok("getListing", { params: { plugin } })).toMatchObject({ version: "1.0.0" });
  });

  it("lets nobody approve by a session what came by a token of one's own", async () => {
    const token = await server.withToken("operator");
    const { submit } = await signVersion(token, archive("1.1.0"), keeper);
    const { id } = await token.ok("submitPublication", { body: submit });
    const review = { params: { submission: id }, body: { decision: "approve" as const, note: "Mine." } };
    expect(codeOf(await ana.call("reviewSubmission", review))).toBe("approval.another_person");
    expect(codeOf(await bo.call("withdrawSubmission", { params: { submission: id } }))).toBe("approval.another_person");
    const second = await otto.call("submitPublication", { body: submit });
    expect(codeOf(second)).toBe("publication.in_progress");
    const rejected = await bo.ok("reviewSubmission", { ...review, body: { decision: "reject", note: "Not yet." } });
    expect(rejected.state).toBe("rejected");
    const forced = await renew(
      { ...(await repositoryOf(ana)), publishers: { [publisher]: submit.publication as never } },
      keeper.keys,
      when(),
    );
    expect(codeOf(await put(ana, forced))).toBe("publication.not_approved");
  });

  it.each([
    ["takes back", "revoke", { revoked: "It loses messages." }],
    ["takes out of the offer", "yank", { yanked: "It loses messages." }],
    ["advises against", "deprecate", {}],
  ] as const)("%s a version: %s reaches whoever reads the marketplace", async (_what, kind, shown) => {
    const version = `2.0.${["revoke", "yank", "deprecate"].indexOf(kind)}`;
    await publishVersion(version);
    const reason = "It loses messages.";
    const submit = await signAmendment(otto, { kind, plugin, version, reason }, keeper);
    const other = await otto.call("submitPublication", { body: { ...submit, reason: "Another one." } });
    expect(codeOf(other)).toBe("publication.invalid");
    await approve([ana, bo], await otto.ok("submitPublication", { body: submit }));
    await takeApproved(ana, keeper);
    await ana.ok("refreshSource", { params: { source: "own" } });
    const listing = await ana.ok("getListing", { params: { plugin }, query: { version } });
    expect(listing.versions.find((one) => one.version === version)).toMatchObject(shown);
    expect(listing.deprecated).toBe(kind === "deprecate" ? reason : undefined);
  });

  it("lets one who approved it end it, until it is published", async () => {
    const { submit } = await signVersion(otto, archive("2.9.0"), keeper);
    const handedIn = await otto.ok("submitPublication", { body: submit });
    await approve([ana, bo], handedIn);
    const review = { params: { submission: handedIn.id }, body: { decision: "reject" as const, note: "A mistake." } };
    expect((await bo.ok("reviewSubmission", review)).state).toBe("rejected");
    expect(codeOf(await bo.call("reviewSubmission", review))).toBe("approval.wrong_state");
  });

  describe("refuses a publication", () => {
    const refusal = async (body: object): Promise<string> => {
      const answer = await otto.call("submitPublication", { body: body as never });
      const problem = answer.problem();
      expect(problem.fix).not.toBe("");
      return problem.code;
    };

    it("threat 126: of another publisher, or that keys of others signed", async () => {
      const { submit, files } = await signVersion(otto, archive("3.0.0"), keeper);
      expect(await refusal({ ...submit, publisher: "org.other" })).toBe("source.invalid");
      const { key } = await createKeyFile({ title: "stranger", test: true }, "twelve letters and more");
      const before = (await repositoryOf(otto)).publishers[publisher];
      const publication = await publish(before, publisher, files, [key], when());
      expect(await refusal({ ...submit, publication })).toBe("source.signature");
      const old = await publish(undefined, publisher, files, keeper.keys.publisher, when());
      expect(await refusal({ ...submit, publication: old })).toBe("source.rolled_back");
      const late = { now: new Date(0), lifetimes: usualLifetimes };
      const expired = await publish(before, publisher, files, keeper.keys.publisher, late);
      expect(await refusal({ ...submit, publication: expired })).toBe("source.expired");
    });

    it("that does more than it says", async () => {
      const { submit, files, preview } = await signVersion(otto, archive("3.0.0"), keeper);
      const again = async (changed: typeof files) => ({ ...submit, ...(await signFiles(otto, changed, keeper)) });
      const [packed, listed] = preview.files;
      const { [packed?.path ?? ""]: _gone, ...withoutPackage } = files;
      expect(await refusal(await again(withoutPackage))).toBe("publication.invalid");
      const published = `${publisher}/${plugin}-1.0.0.hilum`;
      const { [published]: _lost, ...withoutOld } = files;
      expect(await refusal(await again(withoutOld))).toBe("publication.invalid");
      const replaced = { ...files, [published]: files[packed?.path ?? ""] as never };
      expect(await refusal(await again(replaced))).toBe("publication.invalid");
      const more = { ...files, [`${publisher}/more.png`]: files[listed?.path ?? ""] as never };
      expect(await refusal(await again(more))).toBe("publication.invalid");
      expect(await refusal({ ...submit, version: "3.0.1" })).toBe("publication.invalid");
      expect(await refusal({ ...submit, plugin: "com.other.mail" })).toBe("publication.invalid");
    });

    it("threat 135: whose listing is not of its package, or says that it is older", async () => {
      const { submit, files, preview } = await signVersion(otto, archive("3.0.0"), keeper);
      const [, listed] = preview.files;
      const listing = JSON.parse(preview.listing) as Record<string, unknown>;
      const withListing = async (change: object) => {
        const text = JSON.stringify({ ...listing, ...change });
        await upload(otto, text);
        const file = { ...files[listed?.path ?? ""], length: text.length, hashes: { sha256: sha256(text) } };
        const { publication } = await signFiles(otto, { ...files, [listed?.path ?? ""]: file }, keeper);
        return { ...submit, publication };
      };
      const manifest = { ...(listing["manifest"] as object), scopes: [] };
      expect(await refusal(await withListing({ manifest }))).toBe("publication.invalid");
      expect(await refusal(await withListing({ sbom: { components: 7, licenses: [] } }))).toBe("publication.invalid");
      expect(await refusal(await withListing({ publishedAt: "2020-01-01T00:00:00Z" }))).toBe("publication.invalid");
      expect(await refusal(await withListing({ changelog: 7 }))).toBe("listing.invalid");
    });

    it("whose files were not uploaded", async () => {
      const { submit, files, preview } = await signVersion(otto, archive("3.0.0"), keeper);
      const path = preview.files[1]?.path ?? "";
      const absent = { ...files[path], hashes: { sha256: "0".repeat(64) } };
      const { publication } = await signFiles(otto, { ...files, [path]: absent as never }, keeper);
      expect(await refusal({ ...submit, publication })).toBe("publication.incomplete");
    });
  });

  it("takes no file with a private key, and holds none", async () => {
    const { file } = await createKeyFile({ title: "own", test: true }, "twelve letters and more");
    const headers = { "content-type": "application/octet-stream" };
    for (const text of [JSON.stringify(file, undefined, 2), "-----BEGIN PRIVATE KEY-----\n"]) {
      const body = Buffer.from(text) as never;
      expect(codeOf(await otto.call("uploadPublishedFile", { body, headers }))).toBe("key_file.sent");
    }
    // All that was signed until here was signed by keys that must not be anywhere on the server.
    const secrets = made.flatMap((secret) => [
      secret,
      ...(["hex", "base64", "base64url"] as const).map((form) => Buffer.from(secret.toString(form))),
    ]);
    expect(made.length).toBeGreaterThan(5);
    const found = filesBelow(server.folder).filter((path) => {
      const bytes = readFileSync(path);
      return secrets.some((secret) => bytes.includes(secret));
    });
    expect(found).toEqual([]);
    expect(server.log.join("\n")).not.toContain("hilum-key/1");
    // The search finds what it looks for.
    await upload(otto, `a key: ${made[0]?.toString("hex") ?? ""}`);
    expect(filesBelow(server.folder).some((path) => readFileSync(path).includes(made[0]?.toString("hex") ?? "-"))).toBe(
      true,
    );
  });

  it("audits each act, and keeps nothing of what was said in it", async () => {
    const { items } = await ana.ok("searchAudit", { query: { limit: 200 } });
    const actions = new Set(items.map(({ action }) => action));
    for (const id of ["publishRepository", "submitPublication", "reviewSubmission", "uploadPublishedFile"])
      expect(actions).toContain(id);
    expect(JSON.stringify(items)).not.toContain("It loses messages.");
  });

  it("threat 230: ends at the next start what a loss of power broke off between deciding and writing", async () => {
    const { submit } = await signVersion(otto, archive("4.0.0"), keeper);
    const { id } = await otto.ok("submitPublication", { body: submit });
    await approve([ana, bo], { id });
    const publication = submit.publication as never;
    const repository = await takePublication(await repositoryOf(ana), publisher, publication, keeper.keys, when());
    // What decides is one file; nothing that follows from it was written.
    const state = JSON.stringify({ repository, takenIn: [id], at: new Date().toISOString() });
    writeFileSync(join(server.dataDir, "marketplace/own/state.json"), state);
    server = await server.restart();
    [ana, otto] = await Promise.all([server.signIn("ana"), server.signIn("operator")]);
    await vi.waitFor(async () => {
      const { items } = await ana.ok("listSubmissions", { query: { state: "published" } });
      expect(items.map((one) => one.id)).toContain(id);
    });
    await ana.ok("refreshSource", { params: { source: "own" } });
    expect((await ana.ok("getListing", { params: { plugin } })).version).toBe("4.0.0");
  });

  it("goes on after a restart with what was published", async () => {
    const before = await repositoryOf(ana);
    server = await server.restart();
    ana = await server.signIn("ana");
    expect(await repositoryOf(ana)).toEqual(before);
    expect(Object.keys(filesOf(before.publishers[publisher])).length).toBeGreaterThan(6);
    expect((await ana.ok("refreshSource", { params: { source: "own" } })).source.state).toBe("fresh");
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
