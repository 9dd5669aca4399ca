import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openSource } from "../source/open-source.ts";
import { aKey, createMarketplace, publisher, type Marketplace } from "../test-support/a-marketplace.ts";
import { checkLifetimes, findDue, lifetimesOf } from "./lifetimes.ts";
import { createKeyFile } from "./keys.ts";
import { encode, sign } from "./metadata.ts";
import { foundRepository, publish, renew, renewTargets, takePublication, usualLifetimes } from "./repository.ts";
import {
  checkSignatures,
  countSignatures,
  describeProposal,
  mergeProposals,
  parseProposal,
  proposeRoot,
  signProposal,
  takeRoot,
} from "./root-proposal.ts";

const temp = createTempDir("keeper");
afterAll(() => temp.remove());
let count = 0;

describe("keepers of a marketplace", () => {
  let market: Marketplace;
  const when = () => ({ now: market.now, lifetimes: usualLifetimes });
  beforeEach(async () => (market = await createMarketplace()));

  const refreshed = async () => {
    const root = market.files.get("metadata/1.root.json") as Uint8Array;
    const folder = temp.join(`source-${(count += 1)}`);
    return (await openSource({ folder, root, read: market.read, testKeys: false })).refresh();
  };

  it("sign a root each where the own key is, and make it theirs when enough have", async () => {
    const [one, two, stranger] = await Promise.all(["one", "two", "stranger"].map(aKey));
    if (one === undefined || two === undefined || stranger === undefined) throw new Error("no keys");
    const fresh = await aKey("timestamp 3");
    const roles = { ...market.roles, timestamp: { keys: [fresh], threshold: 1 } };
    const proposal = proposeRoot(market.repository.root, roles, when());
    const handedOver = () => parseProposal(JSON.stringify(proposal));
    const byOne = await signProposal(handedOver(), [one]);
    const byTwo = await signProposal(handedOver(), [two]);
    await expect(signProposal(proposal, [stranger])).rejects.toMatchObject({ code: "source.signature" });
    await expect(checkSignatures(byOne)).rejects.toMatchObject({ detail: expect.stringContaining("1 of 2") });
    const keys = { ...market.keys, timestamp: [fresh] };
    await expect(takeRoot(market.repository, byOne, keys, when())).rejects.toMatchObject({ code: "source.signature" });

    const both = mergeProposals([byOne, byTwo]);
    expect(await countSignatures(both)).toMatchObject({ own: { enough: true, needed: 2 }, before: { enough: true } });
    expect(describeProposal(both)).toEqual([
      {
        ...{ role: "timestamp", added: [fresh.id], threshold: { before: 1, after: 1 } },
        removed: market.roles.timestamp.keys.map(({ id }) => id),
      },
    ]);
    market.repository = await takeRoot(market.repository, both, keys, when());
    market.write();
    expect(await refreshed()).toHaveLength(1);
  });

  it("threat 125: take no root from new keys alone, nor one that follows another root", async () => {
    const [others, one] = await Promise.all([Promise.all(["a", "b"].map(aKey)), aKey("one")]);
    const roles = { ...market.roles, root: { keys: others, threshold: 2 } };
    const proposal = await signProposal(proposeRoot(market.repository.root, roles, when()), [...others, one]);
    await expect(takeRoot(market.repository, proposal, market.keys, when())).rejects.toMatchObject({
      code: "source.signature",
      detail: expect.stringContaining("the former root's"),
    });
    const first = proposeRoot(undefined, market.roles, when());
    await expect(takeRoot(market.repository, first, market.keys, when())).rejects.toMatchObject({
      code: "source.mixed",
    });
    expect(() => mergeProposals([proposal, first])).toThrow(expect.objectContaining({ code: "source.mixed" }) as Error);
  });

  it("threat 119: sign no root with a key that was made for tests, but a test's", async () => {
    const { key } = await createKeyFile({ title: "test", test: true }, "twelve letters and more");
    const roles = { ...market.roles, root: { keys: [key], threshold: 1 } };
    const real = signProposal(proposeRoot(undefined, roles, when()), [key]);
    await expect(real).rejects.toMatchObject({ code: "source.test_keys" });
    const marked = await signProposal(proposeRoot(undefined, roles, { ...when(), test: true }), [key]);
    await checkSignatures(marked);
  });

  it("begin a marketplace together", async () => {
    const proposal = await signProposal(proposeRoot(undefined, market.roles, when()), market.keys.root);
    await checkSignatures(proposal);
    const repository = await foundRepository(proposal.proposed, market.keys, when());
    expect(repository.root.signed.version).toBe(1);
  });

  it.each(["nonsense", "{}", "null", '{"format":"hilum-root-proposal/1","before":null,"proposed":{}}'])(
    "refuse the proposal %s",
    (content) =>
      expect(() => parseProposal(content)).toThrow(expect.objectContaining({ code: "source.invalid" }) as Error),
  );

  it("threat 119, 120, 126: take no publication that clients would refuse", async () => {
    const before = market.repository.publishers[publisher];
    const take = async (publication: Awaited<ReturnType<typeof publish>>, name = publisher) =>
      takePublication(market.repository, name, publication, market.keys, when());
    const file = { length: 1, hashes: { sha256: "0".repeat(64) } };
    const good = await publish(before, publisher, { "com.example/a": file }, market.keys.publisher, when());
    const stranger = await publish(before, publisher, {}, [await aKey("stranger")], when());
    const old = await publish(undefined, publisher, {}, market.keys.publisher, when());
    const stale = await publish(before, publisher, {}, market.keys.publisher, { ...when(), now: new Date(0) });
    const outside = await sign({ ...good.signed, targets: { "org.other/a": file } }, market.keys.publisher);
    await expect(take(stranger)).rejects.toMatchObject({ code: "source.signature" });
    await expect(take(old)).rejects.toMatchObject({ code: "source.rolled_back" });
    await expect(take(stale)).rejects.toMatchObject({ code: "source.expired" });
    await expect(take(outside)).rejects.toMatchObject({ code: "source.invalid" });
    await expect(take(good, "org.other")).rejects.toMatchObject({ code: "source.invalid" });
    market.repository = await take(good);
    market.write();
    expect((await refreshed()).map(({ path }) => path)).toEqual(["com.example/a"]);
  });

  it("see what is due, the most urgent first, and sign it anew", async () => {
    expect(findDue(market.repository, usualLifetimes, market.now)).toEqual([]);
    const later = new Date(market.now.getTime() + 150 * 86_400_000);
    const due = findDue(market.repository, usualLifetimes, later);
    expect(due.map(({ role }) => role)).toEqual(["timestamp", "snapshot", "targets", publisher]);
    expect(due[0]?.daysLeft).toBeLessThan(0);
    const then = { ...when(), now: later };
    const renewed = await renewTargets(market.repository, market.keys, then);
    const again = await publish(
      renewed.publishers[publisher],
      publisher,
      renewed.publishers[publisher]?.signed.targets ?? {},
      market.keys.publisher,
      then,
    );
    const whole = await renew(await takePublication(renewed, publisher, again, market.keys, then), market.keys, then);
    expect(findDue(whole, usualLifetimes, later)).toEqual([]);
    expect(encode(whole.targets)).not.toEqual(encode(market.repository.targets));
  });

  it("choose lifetimes by how the marketplace is served", () => {
    for (const lifetimes of Object.values(lifetimesOf)) checkLifetimes(lifetimes);
    for (const wrong of [{ timestamp: 0 }, { timestamp: 400 }, { root: 4_000 }, { snapshot: 1.5 }])
      expect(() => checkLifetimes({ ...usualLifetimes, ...wrong })).toThrow(
        expect.objectContaining({ code: "source.invalid" }) as Error,
      );
  });
});
