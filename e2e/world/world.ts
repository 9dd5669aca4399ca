import {
  createCertificateAuthority,
  createSenderFolder,
  createTempDir,
  senderManifest,
  startSenderProvider,
  startFhirPeer,
  startSmtpServer,
  startTwilioServer,
  type FhirPeer,
  type SenderProvider,
  type SmtpServer,
  type TwilioServer,
} from "@hilum/testkit";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createLedger, type Ledger } from "../gates/ledger.ts";
import { guardAgainstMouse, type MouseGuard } from "../keyboard/mouse-guard.ts";
import { Person } from "../keyboard/person.ts";
import { desktop, launchBrowser, openContext } from "./browser.ts";
import { hashPublicKey, startHilum, type HilumServer } from "./hilum-server.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** Synthetic people; none of them exists. */
export const people = {
  administrator: { displayName: "Ana Ribeiro", username: "ana.ribeiro", password: "paper lantern over quiet water" },
  operator: { displayName: "Jonas Weber", username: "jonas.weber", password: "seven green kites at noon" },
} as const;

/** The account that the SMTP server knows. */
export const smtpAccount = { user: "reminders@clinic.example", password: "correct-horse-battery-staple" } as const;

/** The account that the provider with a sign-in knows, and the client that the clinic registered there. */
export const providerAccount = { user: "ana", password: "the password at the provider" } as const;
export const providerClient = { id: "clinic", secret: "client-secret-of-the-clinic" } as const;

/** A provider with a sign-in of its own, and the folder of the plugin for it. */
export type Provider = SenderProvider & { authority: string; publicKeyHash: string; folder: string };

export interface World {
  readonly server: HilumServer;
  /** Asks for STARTTLS and a password. */
  readonly smtp: SmtpServer & { authority: string };
  /** At another site than the server, with an authority of its own. */
  readonly provider: Provider;
  /** As its own API document describes it; its certificate has ended, and its account has other faults to be found. */
  readonly twilio: TwilioServer;
  /** A FHIR server with an authorization server, started when it is first asked for. */
  fhir(): Promise<FhirPeer>;
  readonly browser: Browser;
  readonly ledger: Ledger;
  /** The first administrator, signed in after the first journey. */
  readonly admin: Person;
  readonly adminContext: BrowserContext;
  /** Files of this run: link files, folders, downloads. */
  readonly folder: string;
  /** What the journeys hand on to later ones. */
  readonly notes: Map<string, string>;
  /** Faults that no journey waits for: page errors, blocked content, mouse use. */
  faults(): string[];
  /** Opens a browser profile for another person, under the same guards. */
  welcome(): Promise<{ person: Person; context: BrowserContext }>;
  /** Keeps a picture for the README. */
  picture(page: Page, name: string, look?: Look): Promise<void>;
  /** Every person who ever took part. */
  persons(): readonly Person[];
  guards(): readonly MouseGuard[];
  /** What a journey opened ends with the world. */
  atEnd(work: () => Promise<void>): void;
  close(): Promise<void>;
}

export interface Look {
  dark?: boolean;
  /** Width in CSS pixels; 1280 unless given. */
  width?: number;
}

/** Starts the real server, a real SMTP server, providers and a real browser. */
export async function openWorld({ pictures, usualPort }: { pictures: string; usualPort: boolean }): Promise<World> {
  const temporary = createTempDir("e2e");
  const [server, smtp, twilio] = await Promise.all([
    startHilum({ repository, folder: temporary.path, anyPort: !usualPort }),
    startMail(),
    startTwilioServer({ expired: true, account: { balance: "0.00" } }),
  ]);
  twilio.reach({ ca: readFileSync(server.authorityFile, "utf8") });
  const { provider, removeFolder } = await startProvider(server.url);
  const browser = await launchBrowser([server.publicKeyHash, provider.publicKeyHash]);
  const ledger = createLedger();
  const faults: string[] = [];
  let fhir: Promise<FhirPeer> | undefined;
  const guards: MouseGuard[] = [];
  const endings: (() => Promise<void>)[] = [];
  const persons: Person[] = [];
  mkdirSync(pictures, { recursive: true });

  async function welcome(): Promise<{ person: Person; context: BrowserContext }> {
    const context = await openContext(browser);
    guards.push(await guardAgainstMouse(context));
    watchForFaults(context, faults, server);
    const page = await context.newPage();
    const person = new Person({ page, base: server.url });
    persons.push(person);
    ledger.follow(context, person);
    return { person, context };
  }

  async function openFhirPeer(): Promise<FhirPeer> {
    const peer = await startFhirPeer();
    endings.push(() => peer.close());
    return peer;
  }

  const { person: admin, context: adminContext } = await welcome();
  return {
    server,
    smtp,
    provider,
    twilio,
    fhir: () => (fhir ??= openFhirPeer()),
    browser,
    ledger,
    admin,
    adminContext,
    folder: temporary.path,
    notes: new Map(),
    faults: () => [...faults, ...guards.flatMap((guard) => guard.uses().map((use) => `the mouse was used: ${use}`))],
    welcome,
    picture: (page, name, look = {}) => takePicture(page, join(pictures, `${name}.png`), look),
    persons: () => persons,
    guards: () => guards,
    atEnd: (work) => void endings.push(work),
    close: async () => {
      await browser.close().catch(() => undefined);
      await smtp.stop();
      await provider.close();
      server.kill();
      await twilio.stop();
      for (const end of endings) await end();
      removeFolder();
      temporary.remove();
    },
  };
}

async function startMail(): Promise<SmtpServer & { authority: string }> {
  const authority = await createCertificateAuthority("Hospital mail authority");
  const server = await startSmtpServer({
    security: "starttls",
    certificate: await authority.issue({ names: ["127.0.0.1", "localhost"] }),
    users: { [smtpAccount.user]: smtpAccount.password },
    behaviours: { "nobody@patients.example": { kind: "refuse" } },
  });
  return { ...server, authority: authority.certificate };
}

async function startProvider(url: URL): Promise<{ provider: Provider; removeFolder(): void }> {
  const authority = await createCertificateAuthority("Example provider authority");
  const names = ["127.0.0.1"];
  const { certificate, key } = await authority.issue({ names, notAfter: new Date(Date.now() + 90 * 86_400_000) });
  const server = await startSenderProvider(
    { ...authority, issue: async () => ({ certificate, key }) },
    {
      host: "127.0.0.1",
      clients: [{ ...providerClient, redirectUri: `${url.origin}/oauth/callback` }],
      // Ends within the minute for which it is renewed ahead, so that a renewal is seen.
      accessTokenSeconds: 62,
    },
  );
  const folder = createSenderFolder(senderManifest(server));
  const provider = {
    ...server,
    authority: authority.certificate,
    publicKeyHash: hashPublicKey(certificate),
    folder: folder.path,
  };
  return { provider, removeFolder: () => folder.remove() };
}

/**
 * The console must be quiet: no errors of its own, nothing blocked by its policy. A refusal of the API is not a fault, and
 * neither is that a page which reads again by itself finds nobody while a journey starts the server anew.
 */
function watchForFaults(context: BrowserContext, faults: string[], server: HilumServer): void {
  context.on("weberror", (error) => faults.push(`an error in the page: ${error.error().message}`));
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (/^Failed to load resource: the server responded with a status of \d/.test(message.text())) return;
    if (message.text().startsWith("Failed to load resource: net::ERR_CONNECTION_") && server.isRestarting()) return;
    faults.push(`the browser's console says: ${message.text().slice(0, 300)}`);
  });
}

async function takePicture(page: Page, path: string, { dark = false, width = desktop.width }: Look): Promise<void> {
  await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
  await page.setViewportSize({ width, height: width < 600 ? 780 : desktop.height });
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // What was announced a moment ago passes by itself, at a time that differs from run to run.
  await showNotices(page, false);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  await showNotices(page, true);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(desktop);
}

async function showNotices(page: Page, shown: boolean): Promise<void> {
  await page.evaluate(
    (visibility) => {
      const notices = document.querySelector<HTMLElement>(".notices");
      if (notices !== null) notices.style.visibility = visibility;
    },
    shown ? "" : "hidden",
  );
}
