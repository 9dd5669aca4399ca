import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createCertificateAuthority,
  fhirClient,
  startOrthancServer,
  startS3Server,
  startWebhookEndpoint,
  type S3Server,
} from "@hilum/testkit";
import type { Person } from "../keyboard/person.ts";
import { serveStatic } from "../world/market.ts";
import { runProgram } from "../world/programs.ts";
import { repository, smtpAccount } from "../world/world.ts";
import type { Journey } from "./journey.ts";
import { answerFhirServer } from "./record-stores.ts";
import { enable, grantAll, passChecks, saveAsDraft, trustAuthority } from "./setup-steps.ts";
import { answerMailServer } from "./smtp.ts";

/** The plugins that come with Hilum, by their names. */
const plugins = ["FHIR server", "Orthanc DICOM", "S3 archive", "Twilio SMS", "Webhook sender", "SMTP e-mail"];

/** Every plugin of Hilum's own, packed, signed with keys of a test and taken from a static host, as a hospital gets them. */
export const firstParty: Journey[] = [
  {
    name: "first-party plugins: trusts a marketplace that holds all of them, signed with test keys",
    async run({ admin, folder, atEnd }) {
      const place = join(folder, "first-party");
      const script = join(repository, "scripts/publish-first-party.ts");
      await runProgram(process.execPath, [script, place]);
      const served = await serveStatic(place);
      atEnd(() => served.close());
      await admin.open("/marketplace/sources");
      await admin.arrive("Sources");
      await admin.activate("button", "Add a source");
      const dialog = { role: "dialog", name: "Add a source" } as const;
      await admin.fill("Address", served.address, { within: dialog });
      await admin.activate("button", "Read its keys", dialog);
      const trust = { role: "dialog", name: "Trust this marketplace?" } as const;
      await admin.see(trust);
      await admin.tick("checkbox", /^I compared all groups/, true, trust);
      await admin.fill("Name", "Hilum for tests", { within: trust });
      await admin.fill("Days until a new version is offered as an update", "0", { within: trust });
      await admin.activate("button", "Trust it and read it", trust);
      await admin.see("Hilum for tests is a source now");
    },
  },
  {
    name: "first-party plugins: installs each of them, every byte held to what was signed",
    async run({ admin, picture }) {
      for (const name of plugins) {
        await admin.open(`/marketplace?q=${encodeURIComponent(name)}`);
        await admin.activate("link", name);
        await admin.arrive(name);
        await admin.activate("button", /^Install \d/);
        const dialog = { role: "dialog", name: new RegExp(`^Install ${name} `) } as const;
        await admin.see(dialog);
        await admin.activate("button", /^Install \d/, dialog);
        await admin.arrive(new RegExp(`^Install: ${name} `));
        await admin.see("It is installed, and nothing of it runs yet.", 120_000);
      }
      await picture(admin.page, "marketplace-first-party");
    },
  },
  {
    name: "first-party plugins: sets SMTP e-mail up against a real mail server and enables it",
    async run({ admin, smtp: server }) {
      await setUp(admin, "org.hilum.smtp", "SMTP e-mail");
      await answerMailServer(admin, server);
      await admin.fill("User name", smtpAccount.user);
      await admin.fill("Password", smtpAccount.password);
      await admin.activate("button", "Next: Sender");
      await admin.arrive("Sender");
      await admin.fill("Sender's address", smtpAccount.user);
      await admin.activate("button", "Next: Test the connection");
      await admin.arrive("Test the connection");
      await admin.activate("button", "Run the test");
      await admin.see(/^6 of 6 checks passed/, 40_000);
      await serves(admin, "SMTP e-mail");
    },
  },
  {
    name: "first-party plugins: sets the FHIR server up against one that asks for tokens and enables it",
    async run({ admin, fhir }) {
      const peer = await fhir();
      await trustAuthority(admin, peer.authority);
      await setUp(admin, "org.hilum.fhir-server", "FHIR server");
      await answerFhirServer(admin, peer, fhirClient.secret);
      await passChecks(admin);
      await serves(admin, "FHIR server");
    },
  },
  {
    name: "first-party plugins: sets Twilio SMS up, waits for the receipt of a first text and enables it",
    async run({ admin, twilio: provider }) {
      await provider.renewCertificate();
      provider.account.balance = "42.17";
      await trustAuthority(admin, provider.authority);
      await setUp(admin, "org.hilum.twilio-sms", "Twilio SMS");
      await admin.pick(/^With the account's auth token/);
      await admin.activate("button", "Next: Account");
      await admin.arrive("Account");
      await admin.fill("Account SID", provider.account.sid);
      await admin.fill("Auth token", provider.account.authToken);
      await admin.fill("Twilio's address", "127.0.0.1");
      await admin.fill("Port", String(provider.port));
      await admin.activate("button", "Next: Sender");
      await admin.arrive("Sender");
      await admin.fill("Sender", "+15005550006");
      await admin.activate("button", "Next: Try it");
      await passChecks(admin);
      await passLiveTest(admin, "+15005550100");
      await serves(admin, "Twilio SMS");
      assert.equal(provider.messages().length, 1, "one text went out");
    },
  },
  {
    name: "first-party plugins: sets the Webhook sender up, waits for the receipt of a first message and enables it",
    async run({ admin, server, atEnd }) {
      const endpoint = await startWebhookEndpoint({ ca: readFileSync(server.authorityFile, "utf8") });
      atEnd(() => endpoint.stop());
      endpoint.report = { type: "message.delivered" };
      await trustAuthority(admin, endpoint.authority);
      await setUp(admin, "org.hilum.webhook-sender", "Webhook sender");
      await admin.fill("Host of the endpoint", "127.0.0.1");
      await admin.fill("Port", String(endpoint.port));
      await admin.fill("Path", "/hooks/messages");
      await admin.activate("button", "Next: Signature");
      await admin.arrive("Signature");
      await admin.fill("Signing secret", endpoint.signingSecret);
      await admin.activate("button", "Next: Does the endpoint send receipts?");
      await admin.arrive("Does the endpoint send receipts?");
      await admin.pick(/^Yes, it calls back/);
      // What the button names is what came next before the answer.
      await admin.activate("button", /^Next: /);
      await admin.arrive("Receipts");
      await admin.fill("Secret of the receipts", endpoint.receiptSecret);
      await admin.activate("button", "Next: Try it");
      await passChecks(admin);
      await passLiveTest(admin, "ward@clinic.example");
      await serves(admin, "Webhook sender");
      assert.equal(endpoint.events.filter(({ type }) => type === "message.send").length, 1, "one message arrived");
    },
  },
  {
    name: "first-party plugins: sets the S3 archive up against a bucket and enables it",
    needs: ["moto"],
    async run({ admin, atEnd }) {
      const { s3, authority } = await startBucket();
      atEnd(() => s3.stop());
      await setUp(admin, "org.hilum.s3-archive", "S3 archive");
      await admin.fill("Host of the S3 service", "localhost");
      await admin.fill("Port", String(s3.port));
      await admin.fill("Region", s3.region);
      await admin.fill("Bucket", s3.bucket);
      await admin.fill("Certificate authority of the server", authority, { paste: true });
      await admin.activate("button", "Next: Access key");
      await admin.arrive("Access key");
      await admin.fill("Access key id", s3.accessKeyId);
      await admin.fill("Secret access key", s3.secretAccessKey);
      await admin.activate("button", "Next: Protection");
      await admin.see({ role: "heading", name: "Protection" }, 40_000);
      await admin.activate("button", "Next: Try it");
      await passChecks(admin);
      await serves(admin, "S3 archive");
    },
  },
  {
    name: "first-party plugins: sets Orthanc DICOM up against an Orthanc and enables it",
    needs: ["orthanc"],
    async run({ admin, atEnd }) {
      const orthanc = await startOrthancServer();
      atEnd(() => orthanc.stop());
      await setUp(admin, "org.hilum.orthanc-dicom", "Orthanc DICOM");
      await admin.fill("Host of Orthanc", "127.0.0.1");
      await admin.fill("Port", String(orthanc.port));
      await admin.choose("Encryption", /^None: /);
      await admin.activate("button", "Next: Sign-in");
      await admin.arrive("Sign-in");
      await admin.fill("User name", orthanc.username);
      await admin.fill("Password", orthanc.password);
      await admin.activate("button", "Next: Documents");
      await admin.see({ role: "heading", name: "Documents" }, 40_000);
      await admin.activate("button", "Next: Try it");
      await passChecks(admin);
      await serves(admin, "Orthanc DICOM");
      assert.deepEqual(await orthanc.instances(), [], "what was tried is deleted again");
    },
  },
];

async function setUp(admin: Person, plugin: string, name: string): Promise<void> {
  await admin.open(`/plugins/${plugin}/setup`);
  await admin.arrive(`Set up ${name}`);
}

/** A real message, whose receipt comes back signed as it must be. */
async function passLiveTest(admin: Person, recipient: string): Promise<void> {
  const step = "Send a test message and wait for its receipt";
  await admin.activate("button", `Next: ${step}`);
  await admin.arrive(step);
  await admin.fill("Who may receive the test", recipient);
  await admin.activate("button", "Run the test");
  await admin.see("The provider's call arrived, signed as it must be.", 40_000);
}

/** From a setup that passed its checks to a plugin that runs in the sandbox, of the very bytes that were signed. */
async function serves(admin: Person, name: string): Promise<void> {
  await saveAsDraft(admin, name);
  await grantAll(admin);
  await enable(admin, name);
  await admin.see("Isolated");
  await admin.activate("link", "Versions");
  await admin.see("Every byte is as its publisher signed it.");
}

async function startBucket(): Promise<{ s3: S3Server; authority: string }> {
  const issuer = await createCertificateAuthority("S3 authority");
  const certificate = await issuer.issue({
    names: ["localhost", "127.0.0.1"],
    notAfter: new Date(Date.now() + 90 * 86_400_000),
  });
  const authority = issuer.certificate;
  return { s3: await startS3Server({ certificate, authority }), authority };
}
