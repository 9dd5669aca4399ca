import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { sender } from "@hilum/testkit";
import type { Page } from "playwright-core";
import { Person } from "../keyboard/person.ts";
import { providerAccount, providerClient, type World } from "../world/world.ts";
import type { Journey } from "./journey.ts";

const setup = `/plugins/${sender.plugin}/setup`;
const opensProvider = /^Open 127\.0\.0\.1 to sign in/;

/** Presses what opens the provider's page, and sits down at the tab that opens. */
async function openProvider({ admin, adminContext, server }: World, name: string | RegExp): Promise<Person> {
  await admin.reach({ role: "button", name });
  const [page] = await Promise.all([adminContext.waitForEvent("page"), admin.press("Enter")]);
  await page.waitForLoadState("domcontentloaded");
  return new Person({ page, base: server.url });
}

/** Signs in at the provider, which remembers it. */
async function signInThere(person: Person): Promise<void> {
  await person.arrive("Sign in to the example provider");
  await person.fill("User name", providerAccount.user);
  await person.fill("Password", providerAccount.password);
  await person.activate("button", "Sign in");
}

/** Allows or refuses what the provider asks. */
async function decideThere(person: Person, decision: "Allow" | "Refuse"): Promise<void> {
  await person.arrive("Allow access?");
  await person.activate("button", decision);
}

/** The tab came back to Hilum by itself, without the code in its address. */
async function backAtHilum({ page }: Person): Promise<void> {
  await page.waitForURL(/\/admin\/ui\/plugins\//);
  assert.doesNotMatch(page.url(), /code=|state=/);
  await page.close();
}

export const wizard: Journey[] = [
  {
    name: "trusts the provider's authority, links its plugin and is led into its setup",
    async run({ admin, provider }) {
      await admin.goTo("Settings");
      await admin.arrive("Settings");
      await admin.activate("button", "Add an authority");
      await admin.fill("Certificate 1 (PEM)", provider.authority, { paste: true });
      await admin.activate("button", "Save");
      await admin.see("Settings saved");
      await admin.open("/plugins/add?from=folder");
      await admin.fill("Folder", provider.folder);
      await admin.activate("button", "Link the folder");
      await admin.arrive("Set up Example sender");
      await admin.see("Step 1 of 5");
      await admin.see("An account at the provider");
    },
  },
  {
    name: "is told a wrong client secret by the provider's own words, in the tab that waited",
    async run(world) {
      const { admin, picture } = world;
      await admin.fill("Client id", providerClient.id);
      await admin.fill("Client secret", "not the secret");
      await admin.activate("button", "Next: Sign in");
      await admin.arrive("Sign in");
      await admin.see("Nobody has signed in at 127.0.0.1 yet");
      const person = await openProvider(world, opensProvider);
      await admin.see("Waiting for the sign-in at 127.0.0.1");
      await picture(admin.page, "setup-sign-in");
      await signInThere(person);
      await decideThere(person, "Allow");
      await backAtHilum(person);
      await admin.see("The provider does not know this client, or its secret is another one.", 30_000);
      await admin.see(/^invalid_client/);
      await admin.activate("button", "Fix: go to the setting");
      await admin.arrive("Client");
      await admin.activate("button", "Replace: Client secret");
      await admin.fill("Client secret", providerClient.secret);
      await admin.activate("button", "Next: Sign in");
      await admin.arrive("Sign in");
    },
  },
  {
    name: "is told a refusal at the provider, opens it again and signs in",
    async run(world) {
      const { admin, picture } = world;
      const refusing = await openProvider(world, opensProvider);
      await decideThere(refusing, "Refuse");
      await backAtHilum(refusing);
      await admin.see("Whoever was asked at the provider did not allow it.", 30_000);
      const person = await openProvider(world, opensProvider);
      await decideThere(person, "Allow");
      await backAtHilum(person);
      await admin.see("Signed in at 127.0.0.1", 30_000);
      await picture(admin.page, "setup-signed-in");
      await admin.activate("button", "Next: Sender");
      await admin.arrive("Sender");
    },
  },
  {
    name: "chooses among the senders that the account has, and is led from one that is not verified to one that is",
    async run({ admin, picture }) {
      await admin.activate("button", "List what there is: Sender");
      await admin.see("sender +15550001111", 40_000);
      await picture(admin.page, "setup-senders");
      await admin.pick("sender +15550002222");
      await admin.activate("button", "Next: Try it");
      await admin.see("sender not accepted", 40_000);
      await admin.see("Verify the sender at the provider.");
      await picture(admin.page, "setup-sender-refused");
      await admin.activate("button", "Fix: go to “Sender”");
      await admin.pick("sender +15550001111");
      await admin.activate("button", "Check again and go on");
      await admin.arrive("Try it");
    },
  },
  {
    name: "goes back with everything kept, leaves, and finds the setup where it was",
    async run({ admin }) {
      await admin.activate("button", "Back");
      await admin.arrive("Sender");
      await admin.activate("button", /^Client \(done/);
      await admin.arrive("Client");
      assert.equal(await admin.field("Client id").inputValue(), providerClient.id);
      await admin.activate("button", "Save and leave");
      await admin.arrive("Example sender");
      await admin.open(setup);
      await admin.arrive("Client");
      await admin.activate("button", /^Try it \(open/);
      await admin.arrive("Try it");
    },
  },
  {
    name: "runs the checks, reads what is saved, and is led from Enable to what is missing",
    async run({ admin, picture }) {
      await admin.activate("button", "Run the checks");
      await admin.see(/^4 of 4 checks passed/, 40_000);
      await admin.see("127.0.0.1 proves who it is, encrypted");
      await picture(admin.page, "setup-passed-oauth");
      await admin.activate("button", "Next: Summary");
      await admin.arrive("Summary");
      await admin.see("set, not shown");
      await picture(admin.page, "setup-summary");
      await admin.activate("button", "Enable in test mode");
      await admin.arrive("The settings are saved, and the plugin is not enabled yet");
      await admin.activate("link", "Go there: Access is decided");
      await admin.arrive("Access of Example sender");
      await admin.choose(/^Decision: /, "Grant as requested");
      await admin.activate("button", "Save 1 decision");
      await admin.see("Decisions saved");
      await admin.activate("link", "Overview");
      await admin.arrive("Example sender");
      await admin.activate("button", "Enable");
      await admin.see("Example sender is enabled", 60_000);
    },
  },
  {
    name: "finds the sign-in that the provider took back under Repairs, puts it off and takes it up again",
    async run({ admin, provider, picture }) {
      // The next renewal is refused, as after somebody took the access back at the provider.
      provider.tamper.push((response) =>
        response
          .writeHead(400, { "content-type": "application/json" })
          .end('{"error":"invalid_grant","error_description":"access was taken back"}'),
      );
      await admin.activate("link", /^Health/);
      await admin.arrive("Health of Example sender");
      // The token is used until a minute before its end, which is two seconds after it was renewed; the smoke tests after
      // Enable may have done so just now.
      for (let checks = 0; provider.tamper.length > 0 && checks < 5; checks += 1) {
        await sleep(2500);
        await admin.activate("button", "Check now");
        await admin.see("Health checked", 40_000);
      }
      await admin.goTo("Repairs");
      await admin.arrive("Repairs");
      const title = "Example sender: the provider no longer accepts the sign-in";
      await admin.see(title);
      await admin.see(/invalid_grant: access was taken back/);
      await picture(admin.page, "repairs");
      await admin.activate("button", `Put off: ${title}`);
      const dialog = { role: "dialog", name: `Put off “${title}”?` } as const;
      await admin.choose("For how long", "Three days", dialog);
      await admin.fill("Reason", "The account holder is back on Thursday", { within: dialog });
      await admin.activate("button", "Put it off", dialog);
      await admin.see(/The account holder is back on Thursday/);
      await admin.activate("button", `Show again: ${title}`);
      await admin.see("Shown again");
      await admin.activate("button", `Reauthenticate: ${title}`);
      await admin.arrive("Reauthenticate Example sender");
      await admin.see("Step 1 of 4");
    },
  },
  {
    name: "renews the sign-in by hand where the provider cannot send the browser back",
    async run(world) {
      const { admin, picture } = world;
      await admin.activate("button", "Next: Sign in");
      await admin.arrive("Sign in");
      const person = await openProvider(world, opensProvider);
      const { address } = await addressKeptBack(person.page);
      await decideThere(person, "Allow");
      await admin.reach(
        admin.page.locator("summary").filter({ hasText: "The provider’s page did not come back here" }),
      );
      await admin.press("Enter");
      await admin.fill("Address that the browser ended at", await address, { paste: true });
      await picture(admin.page, "setup-sign-in-by-hand");
      await admin.activate("button", "Enter the sign-in");
      await admin.see("Signed in at 127.0.0.1", 30_000);
      await person.page.close();
      await admin.activate("button", "Next: Try it");
      await admin.arrive("Try it");
      await admin.activate("button", "Run the checks");
      await admin.see(/^4 of 4 checks passed/, 40_000);
      await admin.activate("button", "Next: Summary");
      await admin.see("replaced, not shown");
      await admin.activate("button", "Save and apply");
      await admin.arrive("Example sender");
      await admin.activate("link", /^Health/);
      await admin.activate("button", "Check now");
      await admin.see("Health checked", 40_000);
      await admin.goTo("Repairs");
      await admin.arrive("Repairs");
      await admin.seeGone(/no longer accepts the sign-in/);
    },
  },
];

/**
 * Keeps the provider's answer from Hilum, as a browser does that cannot reach it; answers the address. By the browser's own
 * protocol, because it comes at the end of redirects.
 */
async function addressKeptBack(page: Page): Promise<{ address: Promise<string> }> {
  const session = await page.context().newCDPSession(page);
  const { promise: address, resolve } = Promise.withResolvers<string>();
  session.on("Fetch.requestPaused", ({ requestId, request }) => {
    resolve(request.url);
    void session.send("Fetch.failRequest", { requestId, errorReason: "ConnectionRefused" });
  });
  await session.send("Fetch.enable", { patterns: [{ urlPattern: "*/oauth/callback*" }] });
  return { address };
}
