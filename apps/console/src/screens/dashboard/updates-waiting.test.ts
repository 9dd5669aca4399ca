import { expect, it } from "vitest";
import { updates } from "../../../test/fixtures/installs.ts";
import { plugins } from "../../../test/fixtures/plugins.ts";
import { readUpdatesWaiting } from "./updates-waiting.ts";

const { items } = updates;
const [first] = plugins.items;
if (first === undefined) throw new Error("no plugin is listed");
const [instance] = first.instances;
if (instance === undefined) throw new Error(`${first.id} has no instance`);
const problem = { code: "package.revoked", title: "", why: "", fix: "", since: "2026-11-22T14:00:00.000Z" };
const stopped = { ...first, instances: [{ ...instance, problem }] };

it("counts what waits, what of it is held, and names what mends a weakness", () => {
  expect(readUpdatesWaiting(items, [], [])).toEqual({
    ...{ count: 3, held: 1 },
    pressing: [{ plugin: "org.hilum.s3-archive", name: "S3 archive", why: "weakness", to: "1.0.1", held: false }],
  });
});

it("names a plugin that was stopped because its version was taken back, also where nothing newer is offered", () => {
  expect(readUpdatesWaiting([], [stopped], []).pressing).toEqual([
    { plugin: first.id, name: first.name, why: "taken_back", held: false },
  ]);
});

it("names one that runs though it was taken back, with the version that waits, and names it once", () => {
  const [update] = items;
  if (update === undefined) throw new Error("no update waits");
  const plugin = { id: update.plugin, name: update.name, instances: [] };
  const repair = { id: `revoked:${update.plugin}`, plugin: update.plugin };
  expect(readUpdatesWaiting([update], [plugin], [repair]).pressing).toEqual([
    { plugin: update.plugin, name: update.name, why: "taken_back", to: update.to, held: false },
  ]);
});

it("takes no other open problem of a plugin for that", () => {
  expect(readUpdatesWaiting([], [first], [{ id: `rolled-back:${first.id}`, plugin: first.id }]).pressing).toEqual([]);
});
