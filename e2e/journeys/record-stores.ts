import assert from "node:assert/strict";
import { fhirClient, type FhirPeer } from "@hilum/testkit";
import { request, type Page } from "playwright-core";
import { at, judgeStates } from "../gates/axe-routes.ts";
import { expectNone } from "../gates/expect-none.ts";
import type { Person } from "../keyboard/person.ts";
import type { World } from "../world/world.ts";
import type { Journey } from "./journey.ts";
import { enable, grantAll, trustAuthority } from "./setup-steps.ts";

/** What a program of the clinic writes while people look on. */
async function write({ server, adminContext }: World, id: string): Promise<void> {
  const client = await request.newContext({
    baseURL: server.url.href,
    ignoreHTTPSErrors: true,
    storageState: await adminContext.storageState(),
    extraHTTPHeaders: { "X-Hilum-Console": "1", Origin: server.url.origin },
  });
  const answer = await client.put(`fhir/R4/Organization/${id}`, {
    headers: { "Content-Type": "application/fhir+json" },
    data: JSON.stringify({ resourceType: "Organization", id, name: "Ward of tests" }),
  });
  if (!answer.ok()) throw new Error(`${id}: ${answer.status()} ${await answer.text()}`);
  await client.dispose();
}

/** Is out of view when an answer comes, and comes back: from then on the page follows the stores again. */
async function lookAway(page: Page): Promise<void> {
  const answers = "**/api/v1/stores";
  const asked = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  await page.route(answers, async (route) => {
    asked.resolve();
    await free.promise;
    await route.continue();
  });
  await asked.promise;
  await setView(page, "hidden");
  const answered = page.waitForResponse(answers);
  free.resolve();
  await (await answered).finished();
  await page.unroute(answers);
  await setView(page, "visible");
}

/** As the browser does when another tab covers the page. */
async function setView(page: Page, state: DocumentVisibilityState): Promise<void> {
  await page.evaluate((visibility) => {
    Object.defineProperty(document, "visibilityState", { value: visibility, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

const title = "FHIR server";
const stores = "/records/stores";

/** The setup's steps from the server's address to the client's secret, as which any text may be entered. */
export async function answerFhirServer(admin: Person, peer: FhirPeer, secret: string): Promise<void> {
  await admin.fill("Host of the server", "127.0.0.1");
  await admin.fill("Port", String(peer.server.port));
  await admin.fill("Path of the FHIR API", peer.server.basePath);
  await admin.activate("button", "Next: How does Hilum sign in?");
  await admin.pick(/^With a client id and secret/);
  await admin.activate("button", "Next: Sign-in");
  await admin.fill("Host of the token endpoint", "127.0.0.1");
  await admin.fill("Port of the token endpoint", String(peer.authorization.port));
  await admin.fill("Path of the token endpoint", "/token");
  await admin.fill("Client id", fhirClient.id);
  await admin.fill("Client secret", secret);
  await admin.activate("button", "Next: Try it");
}

export const recordStores: Journey[] = [
  {
    name: "Record stores 1: connects a FHIR server by a client id, and is led from a wrong secret to the right one",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await trustAuthority(admin, peer.authority);
      await admin.goTo("Add plugin");
      await admin.activate("button", `Add ${title}`);
      await admin.arrive(`Set up ${title}`);
      await answerFhirServer(admin, peer, "not the secret");
      await admin.see("It takes the sign-in: failed", 40_000);
      await admin.see("wrong credential");
      await picture(admin.page, "fhir-server-secret-refused");
      await admin.activate("button", "Fix: go to “Client secret”");
      await admin.activate("button", "Replace: Client secret");
      await admin.fill("Client secret", fhirClient.secret);
      await admin.activate("button", "Check again and go on");
      await admin.arrive("Try it");
      await admin.activate("button", "Run the checks");
      await admin.see("A made-up organization went there and is deleted again.", 40_000);
      await picture(admin.page, "fhir-server-passed");
      await admin.activate("button", "Next: Summary");
      await admin.activate("button", "Save as draft");
      await admin.arrive(`Access of ${title}`);
    },
  },
  {
    name: "Record stores 2: enables it and makes it a replica, which gets everything that is there",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await grantAll(admin);
      await enable(admin, title);
      await write(world, "ward-1");
      await admin.goTo("Records");
      await admin.activate("link", "Stores");
      await admin.arrive("Record stores");
      await admin.see("Gets nothing");
      await admin.activate("button", `Change the role of ${title}`);
      const dialog = { role: "dialog", name: `Role of ${title}` } as const;
      await admin.pick(/^Replica/, dialog);
      await picture(admin.page, "record-stores-role");
      await admin.activate("button", "Set the role", dialog);
      await admin.see("The role is set");
      await admin.see("Has everything", 60_000);
      assert.equal((await peer.server.read("Organization", "ward-1"))?.id, "ward-1");
      await picture(admin.page, "record-stores");
    },
  },
  {
    name: "Record stores 3: sees an outage and that nothing is lost by it",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await admin.open(stores);
      await lookAway(admin.page);
      await peer.server.leave();
      await write(world, "ward-2");
      await admin.see("Waiting", 60_000);
      await admin.see(/^The provider cannot be reached\./);
      await admin.see("1 change behind", 20_000);
      await picture(admin.page, "record-stores-outage");
      await peer.server.comeBack();
      await admin.see("Has everything", 90_000);
      assert.equal(await peer.server.versions("Organization", "ward-2"), 1);
    },
  },
  {
    name: "Record stores 4: reads why the server refused a record, tries again, and leaves another out with a reason",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await admin.open(stores);
      peer.server.refuse = ({ method, url }) => method === "PUT" && /\/ward-[34]/.test(url ?? "");
      await write(world, "ward-3");
      await write(world, "ward-4");
      await admin.see(`Refused by ${title}`, 60_000);
      await admin.see("Organization ward-4", 20_000);
      await admin.see(/^HTTP 422/);
      await picture(admin.page, "record-stores-faults");
      await picture(admin.page, "record-stores-faults-dark", { dark: true });
      await picture(admin.page, "record-stores-faults-320", { width: 320 });
      expectNone(await judgeStates(world.adminContext, [at(world.server.url, stores)]));
      await admin.activate("button", "Try again: Organization ward-3");
      await admin.see("It was refused again");
      peer.server.refuse = undefined;
      await admin.activate("button", "Try again: Organization ward-3");
      await admin.see("The store has the record");
      await admin.activate("button", "Leave out: Organization ward-4");
      const dialog = { role: "dialog", name: `Leave Organization ward-4 out of ${title}?` } as const;
      await admin.fill(/^Reason/, "It is a ward of tests", { within: dialog });
      await admin.activate("button", "Leave out", dialog);
      await admin.seeGone(`Refused by ${title}`);
    },
  },
  {
    name: "Record stores 5: compares the store with this Hilum, and hands over what is missing there",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await admin.open(stores);
      await peer.server.remove("Organization", "ward-1");
      await admin.activate("button", `Compare ${title} with this Hilum`);
      const dialog = { role: "dialog", name: `Compare ${title}?` } as const;
      await admin.activate("button", "Compare", dialog);
      await admin.seeGone(dialog);
      // The one that was left out is missing, too, and so is what was written before the store had a role.
      await admin.see(/(\d+) missing; \1 records handed over$/, 60_000);
      assert.equal((await peer.server.read("Organization", "ward-1"))?.id, "ward-1");
      await picture(admin.page, "record-stores-compared");
    },
  },
  {
    name: "Record stores 6: makes the FHIR server the primary store of one type, and sees what an outage of it means",
    async run(world) {
      const { admin, picture } = world;
      const peer = await world.fhir();
      await admin.open(stores);
      const dialog = { role: "dialog", name: `Role of ${title}` } as const;
      await admin.activate("button", `Change the role of ${title}`);
      await admin.pick(/^Primary/, dialog);
      await admin.tick("checkbox", "Organization", true, dialog);
      await picture(admin.page, "record-stores-primary-role");
      await picture(admin.page, "record-stores-primary-role-320", { width: 320 });
      await admin.activate("button", "Set the role", dialog);
      await admin.seeGone(dialog);
      await admin.see("of Organization");
      await admin.see("Has everything", 60_000);
      await write(world, "ward-6");
      assert.equal((await peer.server.read("Organization", "ward-6"))?.id, "ward-6");
      await peer.server.leave();
      await assert.rejects(write(world, "ward-7"), /ward-7: 503 .*record\.primary_away/);
      await admin.see("Waiting", 60_000);
      await admin.see(/^The provider cannot be reached\./);
      await picture(admin.page, "record-stores-primary-away");
      expectNone(await judgeStates(world.adminContext, [at(world.server.url, stores)]));
      await peer.server.comeBack();
      await admin.see("Has everything", 60_000);
      await write(world, "ward-7");
      assert.equal((await peer.server.read("Organization", "ward-7"))?.id, "ward-7");
      // What others write later on is none of this story.
      await admin.activate("button", `Change the role of ${title}`);
      await admin.pick(/^None/, dialog);
      await admin.activate("button", "Set the role", dialog);
      await admin.see("Gets nothing");
    },
  },
];
