import assert from "node:assert/strict";
import { at, judgeStates } from "../gates/axe-routes.ts";
import { expectNone } from "../gates/expect-none.ts";
import type { Person } from "../keyboard/person.ts";
import type { World } from "../world/world.ts";
import type { Journey } from "./journey.ts";
import { patient } from "./practice.ts";
import { trustAuthority } from "./setup-steps.ts";

const plugin = "/plugins/org.hilum.twilio-sms";
const phone = "+15005550100";
/** A key that may do everything but work with messages. */
const restricted = { sid: `SK${"1".repeat(32)}`, secret: "of-a-key-for-voice-alone-7Hk2mNp4", messages: false };
/** The key that the clinic makes when its first one is taken back. */
const second = { sid: `SK${"2".repeat(32)}`, secret: "made-after-the-first-was-lost-9Qw3" };
const liveTest = "Send a test message and wait for its receipt";

/** What a failed check tells: whose fault it is, the provider's own words where it spoke, and the next step. */
async function isTold(person: Person, { cause, reply, fix }: { cause: string; reply?: string | RegExp; fix: string }) {
  await person.see({ role: "heading", name: /: failed$/ }, 40_000);
  await person.see(cause);
  await person.see(fix);
  if (reply !== undefined) await person.see(reply);
}

async function sendText(person: Person, text: string): Promise<void> {
  await person.goTo("Compose a message");
  await person.arrive("Compose a message");
  await person.activate("button", "SMS");
  await person.fill("To", phone);
  await person.fill("Text", text);
  await person.activate("button", "Send");
  await person.arrive("SMS message");
}

/** Light and dark, wide and narrow, of the pages as they stand. */
const judge = async ({ adminContext, server }: World, ...paths: string[]): Promise<void> =>
  expectNone(
    await judgeStates(
      adminContext,
      paths.map((path) => at(server.url, path)),
    ),
  );

export const twilio: Journey[] = [
  {
    name: "Twilio 1: trusts the authority of a Twilio nearby and chooses how to sign in",
    async run({ admin, twilio: provider }) {
      provider.account.keys.push(restricted);
      await trustAuthority(admin, provider.authority);
      await admin.goTo("Add plugin");
      await admin.activate("button", "Add Twilio SMS");
      await admin.arrive("Set up Twilio SMS");
      await admin.see("Step 1 of 6");
      await admin.see("A phone at hand, for a test message");
      await admin.pick(/^With an API key/);
      await admin.activate("button", "Next: Account");
      await admin.arrive("Account");
    },
  },
  {
    name: "Twilio 2: reads that the certificate has ended, and that nothing here needs a change",
    async run({ admin, twilio: provider, picture }) {
      await admin.fill("Account SID", provider.account.sid);
      await admin.fill("Auth token", "0".repeat(32));
      await admin.fill("API key SID", restricted.sid);
      await admin.fill("API key secret", restricted.secret);
      await admin.fill("Twilio's address", "127.0.0.1");
      await admin.fill("Port", String(provider.port));
      await admin.activate("button", "Next: Sender");
      await isTold(admin, {
        cause: "certificate not trusted",
        fix: "The provider must renew it; nothing here needs a change. Run the checks again when it has.",
      });
      assert.equal(await admin.isShown({ role: "button", name: /^Fix: / }), false, "no setting is to blame");
      await picture(admin.page, "twilio-certificate");
      await provider.renewCertificate();
      await admin.activate("button", "Run these checks again");
      await admin.see("It may work with messages: failed", 40_000);
    },
  },
  {
    name: "Twilio 3: is led from a key without the right to another key, and from its wrong secret to the right one",
    async run({ admin, twilio: provider, picture }) {
      const [good] = provider.account.keys;
      assert.ok(good);
      await isTold(admin, {
        cause: "settings",
        reply: "20403: Forbidden: this API key lacks the permission for the resource",
        fix: "Give the API key the right to read and create messages in Twilio's console, or enter a key that has it.",
      });
      await picture(admin.page, "twilio-key-without-right");
      await admin.activate("button", "Fix: go to “API key SID”");
      await admin.seeFocused({ role: "textbox", name: /^API key SID/ });
      await admin.fill("API key SID", good.sid);
      await admin.activate("button", "Check again and go on");
      await admin.see("Twilio accepts the sign-in: failed", 40_000);
      await isTold(admin, {
        cause: "wrong credential",
        reply: "20003: Authenticate",
        fix: "Enter the API key's secret once more. Twilio shows it once: if it is lost, make a new key.",
      });
      await admin.activate("button", "Fix: go to “API key secret”");
      await admin.seeFocused({ role: "button", name: "Replace: API key secret" });
      await admin.activate("button", "Replace: API key secret");
      await admin.fill("API key secret", good.secret);
      await admin.activate("button", "Check again and go on");
      await admin.arrive("Sender");
    },
  },
  {
    name: "Twilio 4: is led from a number that cannot send text messages to one that can",
    async run({ admin, picture }) {
      await admin.activate("button", "List what there is: Sender");
      await admin.see("Front desk", 40_000);
      assert.equal(await admin.isShown("+15005550008"), false, "a number for voice alone is not offered");
      await admin.pick(/^Another one/);
      await admin.fill("Sender, typed", "+15005550008");
      await admin.activate("button", "Next: Try it");
      await isTold(admin, {
        cause: "sender not accepted",
        fix: "Choose one of the account's numbers that can send text messages.",
      });
      await admin.see("+15005550008 cannot send text messages.");
      await picture(admin.page, "twilio-sender-refused");
      await admin.activate("button", "Fix: go to “Sender”");
      await admin.pick(/^\+15005550006/);
      await admin.activate("button", "Check again and go on");
      await admin.arrive("Try it");
    },
  },
  {
    name: "Twilio 5: reads that the balance is used up and where funds are added, and tries again when they are",
    async run(world) {
      const { admin, twilio: provider, picture } = world;
      await admin.activate("button", "Run the checks");
      await isTold(admin, { cause: "quota used up", fix: "Add funds in Twilio's console." });
      await admin.see("0.00 USD are left.");
      await admin.see({ role: "link", name: "Open console.twilio.com in a new tab" });
      await admin.see("Next opens when every check has passed.");
      await picture(admin.page, "twilio-balance");
      provider.account.balance = "42.17";
      await admin.activate("button", "Run these checks again");
      await admin.see(/^7 of 7 checks passed/, 40_000);
      await picture(admin.page, "twilio-passed");
      await admin.activate("button", `Next: ${liveTest}`);
      await admin.arrive(liveTest);
    },
  },
  {
    name: "Twilio 6: reads in Twilio's words, without the number, that a trial account may not write to everybody",
    async run(world) {
      const { admin, twilio: provider, picture } = world;
      provider.account.verifiedNumbers = [];
      await admin.fill("Who may receive the test", phone);
      await admin.activate("button", "Run the test");
      await isTold(admin, {
        cause: "sender not accepted",
        reply:
          /^21608: The number \[number\] is unverified\. Trial accounts cannot send messages to unverified numbers/,
        fix: "A trial account may write only to verified numbers. Verify the number in Twilio's console, or upgrade the account.",
      });
      assert.deepEqual(provider.messages(), [], "nothing was sent");
      await admin.reach({ role: "button", name: "Run these checks again" });
      await picture(admin.page, "twilio-setup-refused");
      await picture(admin.page, "twilio-setup-refused-dark", { dark: true });
      await picture(admin.page, "twilio-setup-refused-320", { width: 320 });
      await judge(world, `${plugin}/setup`);
      provider.account.verifiedNumbers = [phone];
      await admin.activate("button", "Run these checks again");
      await admin.see("A call arrived whose signature does not fit the secret that was entered.", 40_000);
    },
  },
  {
    name: "Twilio 7: is led by the first receipt to the auth token that only receipts need, and gets one that holds",
    async run({ admin, twilio: provider, picture }) {
      await isTold(admin, {
        cause: "wrong credential",
        fix: "Copy the signing secret from the provider once more, and check that the address there is the one that Hilum shows.",
      });
      await picture(admin.page, "twilio-receipt-refused");
      await admin.activate("button", "Fix: go to “Auth token”");
      await admin.arrive("Account");
      await admin.seeFocused({ role: "button", name: "Replace: Auth token" });
      await admin.activate("button", "Replace: Auth token");
      await admin.fill("Auth token", provider.account.authToken);
      await admin.activate("button", "Next: Sender");
      await admin.arrive("Sender");
      await admin.activate("button", "Next: Try it");
      await admin.arrive("Try it");
      await admin.activate("button", "Run the checks");
      await admin.see(/^7 of 7 checks passed/, 40_000);
      await admin.activate("button", `Next: ${liveTest}`);
      await admin.arrive(liveTest);
      await admin.fill("Who may receive the test", phone);
      await admin.activate("button", "Run the test");
      await admin.see("The provider's call arrived, signed as it must be.", 40_000);
      await admin.see(/^4 of 4 checks passed/);
      await picture(admin.page, "twilio-receipt");
      await admin.activate("button", "Next: Summary");
      await admin.arrive("Summary");
      await admin.see("set, not shown");
      const shown = (await admin.page.locator("main").textContent()) ?? "";
      for (const secret of [provider.account.authToken, ...provider.account.keys.map((key) => key.secret)])
        assert.ok(!shown.includes(secret), "the summary shows no secret");
      await admin.activate("button", "Save as draft");
      await admin.arrive("Access of Twilio SMS");
    },
  },
  {
    name: "Twilio 8: reviews its access, enables it and sends a text whose receipt comes back with Twilio's signature",
    async run({ admin, twilio: provider, picture }) {
      await admin.choose(/^Decision: /, "Grant as requested");
      await admin.activate("button", "Save 1 decision");
      await admin.see("Decisions saved");
      await admin.activate("link", "Overview");
      await admin.arrive("Twilio SMS");
      await admin.see("Ready to enable");
      await admin.activate("button", "Enable");
      await admin.see("Twilio SMS is enabled", 60_000);
      await admin.see("Isolated");
      await admin.goTo("Messages, routing");
      await admin.choose("Provider to add for SMS", "Twilio SMS");
      await admin.activate("button", "Add Twilio SMS for SMS");
      await admin.activate("button", "Save the order for SMS");
      await admin.see(/^Text messages go to Twilio SMS\./);
      const { length: receipts } = await provider.receipts();
      await sendText(admin, patient.text);
      await admin.see("Taken by Twilio SMS", 40_000);
      await admin.see({ role: "heading", name: "Delivered" }, 40_000);
      await admin.see("By a receipt of Twilio SMS");
      const sent = provider.messages().at(-1);
      assert.deepEqual([sent?.to, sent?.from, sent?.body], [phone, "+15005550006", patient.text]);
      const [, delivered] = (await provider.receipts(receipts + 2)).slice(receipts);
      assert.deepEqual([delivered?.fields["MessageStatus"], delivered?.status], ["delivered", 204]);
      await picture(admin.page, "twilio-delivered");
    },
  },
  {
    name: "Twilio 9: sees the second provider take over when Twilio refuses, with Twilio's reason",
    async run(world) {
      const { admin, twilio: provider, picture } = world;
      await admin.goTo("Messages, routing");
      await admin.choose("Provider to add for SMS", "Practice mailbox");
      await admin.activate("button", "Add Practice mailbox for SMS");
      await admin.activate("button", "Save the order for SMS");
      await admin.see(/^Text messages go to Twilio SMS\. If it refuses or breaks, Practice mailbox takes over/);
      provider.account.verifiedNumbers = [];
      await sendText(admin, `${patient.text} Ring the upper bell.`);
      await admin.see("Refused by Twilio SMS", 40_000);
      await admin.see("Failover to Practice mailbox");
      await admin.see("Taken by Practice mailbox");
      await admin.see("Sent after failover");
      await admin.see("Cause: sender not accepted");
      await admin.see(/It took .* and 2 providers\./);
      const place = new URL(admin.page.url()).pathname.replace(/^\/admin\/ui/, "");
      await picture(admin.page, "twilio-failover");
      await picture(admin.page, "twilio-failover-dark", { dark: true });
      await picture(admin.page, "twilio-failover-320", { width: 320 });
      await admin.reach(admin.page.locator("summary").filter({ hasText: "Reply and mend" }));
      await admin.press("Enter");
      await admin.see(/^21608: The number \[number\] is unverified/);
      await admin.see({ role: "link", name: "Correct its setup" });
      await judge(world, place);
      provider.account.verifiedNumbers = [phone];
    },
  },
  {
    name: "Twilio 10: finds the key that was taken back under Repairs, and is led to a new one",
    async run(world) {
      const { admin, twilio: provider, picture } = world;
      provider.account.keys.splice(0, 1, second);
      await admin.open(`${plugin}/health`);
      await admin.arrive("Health of Twilio SMS");
      await admin.activate("button", "Check now");
      await admin.see("Health checked", 40_000);
      await admin.goTo("Repairs");
      await admin.arrive("Repairs");
      const title = "Twilio SMS: “Twilio accepts the sign-in” failed";
      await admin.see(title);
      await admin.see(/wrong credential, since/);
      await admin.see(/It said: 20003: Authenticate\. Enter the API key's secret once more/);
      await picture(admin.page, "twilio-repair");
      await judge(world, "/repairs");
      await admin.activate("button", `Reauthenticate: ${title}`);
      await admin.arrive("Reauthenticate Twilio SMS");
      await admin.fill("API key SID", second.sid);
      await admin.activate("button", "Replace: API key secret");
      await admin.fill("API key secret", second.secret);
      await admin.activate("button", "Next: Try it");
      await admin.arrive("Try it");
      await admin.activate("button", "Run the checks");
      await admin.see(/^7 of 7 checks passed/, 40_000);
      await admin.activate("button", `Next: ${liveTest}`);
      await admin.arrive(liveTest);
      await admin.fill("Who may receive the test", phone);
      await admin.activate("button", "Run the test");
      await admin.see("The provider's call arrived, signed as it must be.", 40_000);
      await admin.activate("button", "Next: Summary");
      await admin.see("replaced, not shown");
      await admin.activate("button", "Save and apply");
      await admin.arrive("Twilio SMS");
      await admin.activate("link", /^Health/);
      await admin.activate("button", "Check now");
      await admin.see("Health checked", 40_000);
      await admin.goTo("Repairs");
      await admin.arrive("Repairs");
      await admin.seeGone(title);
    },
  },
];
