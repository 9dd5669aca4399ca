import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openSource, parseListing, readFolderFiles, readPackage } from "@hilum/marketplace";
import { createTempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../process.ts";
import { publishFirstParty, type FirstParty } from "./publish-first-party.ts";

const temp = createTempDir("first-party");
const folder = temp.join("marketplace");

describe("the plugins that come with Hilum, as a marketplace", () => {
  let made: FirstParty;
  const open = async (name: string, testKeys: boolean) =>
    await openSource({
      ...{ folder: temp.join(name), testKeys, read: readFolderFiles(folder) },
      root: readFileSync(join(folder, "metadata/1.root.json")),
    });

  beforeAll(async () => {
    made = await publishFirstParty(repository, folder);
  });
  afterAll(() => temp.remove());

  it("holds every one of them, whole and read back from what was signed", async () => {
    const ids = readdirSync(join(repository, "plugins")).map(
      (name) =>
        (JSON.parse(readFileSync(join(repository, "plugins", name, "hilum.json"), "utf8")) as { id: string }).id,
    );
    expect(made.plugins.map(({ plugin }) => plugin).toSorted()).toEqual(ids.toSorted());
    const source = await open("client", true);
    const targets = await source.refresh();
    for (const { plugin, version, digest } of made.plugins) {
      const stem = `org.hilum/${plugin}-${version}`;
      const [archive, listing] = [".hilum", ".listing.json"].map((end) =>
        targets.find(({ path }) => path === `${stem}${end}`),
      );
      if (archive === undefined || listing === undefined) throw new Error(`${stem} is not offered`);
      const taken = readPackage(await source.fetch(archive));
      expect(taken).toMatchObject({ digest, manifest: { id: plugin, version } });
      expect(parseListing(await source.fetch(listing)).manifest).toEqual(taken.manifest);
    }
    expect(source.faults()).toEqual([]);
  });

  it("threat 119: is refused outside of tests, for its keys are marked as a test's", async () => {
    const refused = (await open("strict", false)).refresh();
    await expect(refused).rejects.toMatchObject({ code: "source.test_keys" });
  });

  it("packs the same bytes again, under keys that nobody has seen before", async () => {
    const again = await publishFirstParty(repository, temp.join("again"));
    expect(again).toEqual(made);
    const rootOf = (place: string): string => readFileSync(join(temp.join(place), "metadata/1.root.json"), "utf8");
    expect(rootOf("again")).not.toBe(rootOf("marketplace"));
  });
});
