import { readFileSync, statSync, writeFileSync } from "node:fs";
import { requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { password, startCliWorld, type CliWorld } from "../../test-support/cli-world.ts";
import { exitCodes } from "../exit-codes.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const plugin = "com.example.gateway";
const passphrase = "twelve letters and more";

/** What a publisher, two who approve and a keeper do from a terminal, each with a configuration of their own. */
describe.skipIf(!requires("bubblewrap").available)("publishing by hilum", () => {
  let world: CliWorld;

  const as = async (user: string, line: string | readonly string[], answers: readonly string[] = []) =>
    await world.hilum(line, { env: { XDG_CONFIG_HOME: world.folder.join(user) }, answers });
  const ok = async (user: string, line: string | readonly string[], answers: readonly string[] = []) => {
    const answer = await as(user, line, answers);
    if (answer.code !== 0) throw new Error(`${String(line)}: ${answer.stderr}`);
    return answer.stdout;
  };
  const file = (name: string): string => world.folder.join(name);
  const secret = (): string => file("passphrase.txt");
  let timestamp = "timestamp";
  const keeping = (roles: readonly string[]): string[] =>
    roles
      .flatMap((role) => [`--${role}`, file(`${role === "timestamp" ? timestamp : role}.key`)])
      .concat("--passphrase-file", secret(), "--yes");
  const approveAll = async (): Promise<void> => {
    const listed = JSON.parse(await ok("ana", "publishing list-submissions --state waiting --json")) as {
      items: { id: string }[];
    };
    for (const { id } of listed.items)
      for (const user of ["ana", "bo"])
        await ok(user, `publishing review-submission ${id} --decision approve --note Read.`);
  };
  const signing = ["--publisher", "com.example", "--key", "publisher.key"];

  beforeAll(async () => {
    world = await startCliWorld();
    const { origin, authority, setupCode, hilum } = world;
    const body = JSON.stringify({ code: setupCode, username: "ana", displayName: "Ana", password });
    const env = { HILUM_URL: origin, HILUM_CA: authority };
    await hilum("identity create-first-administrator --body @-", { stdin: body, env });
    await ok("ana", `login ${origin} --ca ${authority}`, ["ana", password]);
    for (const user of ["otto", "bo"]) {
      const invited = await ok("ana", `users invite --username ${user} --display-name ${user} --role operator --json`);
      const { code } = JSON.parse(invited) as { code: string };
      const accepted = JSON.stringify({ code, password });
      await hilum("identity accept-invitation --body @-", { stdin: accepted, env });
      await ok(user, `login ${origin} --ca ${authority}`, [user, password]);
    }
    const { settings, revision } = JSON.parse(await ok("ana", "platform get-settings --json")) as {
      settings: object;
      revision: number;
    };
    const test = JSON.stringify({ settings: { ...settings, environment: "test" }, revision });
    await ok("ana", ["platform", "save-settings", "--body", test]);
    writeFileSync(secret(), `${passphrase}\n`);
    signing[3] = file("publisher.key");
    signing.push("--passphrase-file", secret(), "--yes");
  });
  afterAll(() => world.close());

  it("makes keys in files that only their passphrase opens, and asks no server", async () => {
    const [mine, line] = [file("root.key"), ["signing", "new", "--title", "Root", "--test", "--out", file("root.key")]];
    expect((await as("nobody", line, [passphrase, "another one"])).code).toBe(exitCodes.usage);
    expect((await as("nobody", line, ["short", "short"])).stderr).toContain("key_file.invalid");
    expect(await ok("nobody", line, [passphrase, passphrase])).toMatch(/holds the key [0-9a-f]{64}/);
    expect(statSync(mine).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(mine, "utf8"))).toMatchObject({ format: "hilum-key/1", test: true });
    expect((await as("nobody", line, [passphrase, passphrase])).stderr).toContain("is there already");
    for (const title of ["targets", "snapshot", "timestamp", "publisher"])
      await ok("nobody", [
        ...["signing", "new", "--test", "--title", title, "--out", file(`${title}.key`)],
        ...["--passphrase-file", secret()],
      ]);
    await ok("nobody", ["signing", "export", file("publisher.key"), "--out", file("publisher.pub")]);
    const half = readFileSync(file("publisher.pub"), "utf8");
    expect(JSON.parse(half)).toMatchObject({ format: "hilum-public-key/1", title: "publisher" });
    expect(half).not.toContain("sealed");
  });

  it("begins a marketplace and lets a publisher in, and no publication comes before that", async () => {
    expect((await as("otto", ["yank", plugin, "0.1.0", ...signing, "--reason", "Why"])).stderr).toContain(
      "There is no marketplace on this server yet.",
    );
    const roles = ["root", "targets", "snapshot", "timestamp"];
    expect((await as("ana", ["keeper", "begin", ...keeping(roles.slice(1))])).stderr).toContain("--root");
    expect(await ok("ana", ["keeper", "begin", ...keeping(roles)])).toContain("The marketplace is begun.");
    const letIn = ["keeper", "let-in", "com.example", "--public", file("publisher.pub")];
    expect(await ok("ana", [...letIn, ...keeping(roles.slice(1))])).toContain("com.example may publish");
  });

  it("publishes a plugin: validate, conformance, pack, preview, sign, submit", async () => {
    await ok("ana", [
      ...["dev", "scaffold", "--language", "node", "--id", plugin, "--name", "Example gateway"],
      ...["--capabilities", "send_messages"],
    ]);
    await ok("ana", ["publish", plugin, ...signing]);
    const waiting = await ok("bo", "publishing list-submissions --state waiting --json");
    expect(JSON.parse(waiting)).toMatchObject({ items: [{ kind: "version", plugin, version: "0.1.0" }] });
    const { items } = JSON.parse(waiting) as { items: { id: string }[] };
    const own = await as("ana", `publishing review-submission ${items[0]?.id} --decision approve --note Mine.`);
    expect(own.stderr).toContain("approval.another_person");
    for (const user of ["otto", "bo"])
      await ok(user, `publishing review-submission ${items[0]?.id} --decision approve --note Read.`);
    expect(await ok("ana", ["keeper", "sign", ...keeping(["snapshot", "timestamp"])])).toContain(
      `version ${plugin} 0.1.0 of com.example`,
    );
  });

  it.each(["deprecate", "yank", "revoke"])("says of a version what to do about it: %s", async (kind) => {
    await ok("otto", [kind, plugin, "0.1.0", ...signing, "--reason", `To ${kind} it.`]);
    await approveAll();
    expect(await ok("ana", ["keeper", "sign", ...keeping(["snapshot", "timestamp"])])).toContain(`${kind} ${plugin}`);
  });

  it("takes a stolen key away by a root that its keepers sign apart", async () => {
    const half = async (name: string): Promise<string> => {
      await ok("nobody", ["signing", "export", file(`${name}.key`), "--out", file(`${name}.half`)]);
      return file(`${name}.half`);
    };
    for (const title of ["root-two", "timestamp-two"])
      await ok("nobody", [
        ...["signing", "new", "--test", "--title", title, "--out", file(`${title}.key`)],
        ...["--passphrase-file", secret()],
      ]);
    await ok("ana", [
      ...["keeper", "propose-root", "--threshold", "2", "--out", file("proposal.json")],
      ...["--root", await half("root"), "--root", await half("root-two"), "--targets", await half("targets")],
      ...["--snapshot", await half("snapshot"), "--timestamp", await half("timestamp-two")],
    ]);
    const sign = async (key: string): Promise<string> =>
      await ok("nobody", [
        ...["signing", "sign-root", file("proposal.json"), "--key", file(`${key}.key`), "--out", file(`${key}.signed`)],
        ...["--passphrase-file", secret(), "--yes"],
      ]);
    expect(await sign("root")).toMatch(/timestamp: takes the key [0-9a-f]{64} away[^]*Signed by 1 of 2/);
    const online = ["--snapshot", file("snapshot.key"), "--timestamp", file("timestamp-two.key")];
    const rest = [...online, "--passphrase-file", secret(), "--yes"];
    const early = await as("ana", ["keeper", "take-root", file("root.signed"), ...rest]);
    expect(early.stderr).toContain("source.signature");
    await sign("root-two");
    const both = [file("root.signed"), file("root-two.signed")];
    expect(await ok("ana", ["keeper", "take-root", ...both, ...rest])).toContain("The marketplace has root 2.");
    const thief = await as("ana", ["keeper", "sign", ...keeping(["snapshot", "timestamp"])]);
    expect(thief.stderr).toContain("source.signature");
    timestamp = "timestamp-two";
  });

  it("carries it away and in again, and goes on from a newer one", async () => {
    const own = JSON.parse(await ok("ana", "publishing get-own-marketplace --json")) as { folder: string };
    const place = JSON.stringify({ kind: "folder", path: own.folder });
    const { fingerprint } = JSON.parse(
      await ok("ana", ["marketplace", "inspect-source", "--place", place, "--json"]),
    ) as {
      fingerprint: string;
    };
    const policy = JSON.stringify({ coolingOffDays: 0, whenRevoked: "stop", publishers: [] });
    await ok("ana", [
      ...["marketplace", "add-source", "--id", "own", "--title", "Own", "--kind", "organisation", "--place", place],
      ...["--fingerprint", fingerprint, "--policy", policy],
    ]);
    await ok("ana", ["mirror", "export", "own", "--out", file("one.zip")]);
    const wrong = ["mirror", "import", file("one.zip"), "--source", "carried", "--fingerprint", "0000"];
    expect((await as("ana", wrong)).stderr).toContain("source.fingerprint");
    expect((await as("ana", ["mirror", "import", file("one.zip"), "--source", "carried"], ["no"])).code).toBe(
      exitCodes.usage,
    );
    const right = [...wrong.slice(0, -1), fingerprint];
    expect(await ok("ana", right)).toContain("carried is trusted: 1 plugins");
    await ok("ana", ["keeper", "sign", ...keeping(["snapshot", "timestamp"])]);
    await ok("ana", "marketplace refresh-source own");
    await ok("ana", ["mirror", "export", "own", "--out", file("two.zip")]);
    expect(await ok("ana", ["mirror", "import", file("two.zip"), "--source", "carried"])).toContain("goes on from it");
    const back = await as("ana", ["mirror", "import", file("one.zip"), "--source", "carried"]);
    expect(back.stderr).toContain("source.rolled_back");
  });

  it("tells what each asks of the server, and takes no flag that it does not know", async () => {
    expect((await as("nobody", "publish --help")).stdout).toContain("submitPublication");
    expect((await as("nobody", "publish x --no-such")).code).toBe(exitCodes.usage);
    expect((await as("nobody", "--complete keeper")).stdout).toBe("begin\nlet-in\nsign\npropose-root\ntake-root\n");
  });
});
