import { createTempDir, startSmtpServer, createCertificateAuthority, type SmtpServer } from "@hilum/testkit";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createLedger, type Ledger } from "../gates/ledger.ts";
import { guardAgainstMouse, type MouseGuard } from "../keyboard/mouse-guard.ts";
import { Person } from "../keyboard/person.ts";
import { desktop, launchBrowser, openContext } from "./browser.ts";
import { startHilum, type HilumServer } from "./hilum-server.ts";

export const repository = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** Synthetic people; none of them exists. */
export const people = {
  administrator: { displayName: "Ana Ribeiro", username: "ana.ribeiro", password: "paper lantern over quiet water" },
  operator: { displayName: "Jonas Weber", username: "jonas.weber", password: "seven green kites at noon" },
} as const;

/** The account that the SMTP server knows. */
export const smtpAccount = { user: "reminders@clinic.example", password: "correct-horse-battery-staple" } as const;

export interface World {
  readonly server: HilumServer;
  /** Asks for STARTTLS and a password. */
  readonly smtp: SmtpServer & { authority: string };
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
  close(): Promise<void>;
}

export interface Look {
  dark?: boolean;
  /** Width in CSS pixels; 1280 unless given. */
  width?: number;
}

/** Starts the real server, a real SMTP server and a real browser. */
export async function openWorld(pictures: string): Promise<World> {
  const temporary = createTempDir("e2e");
  const [server, smtp] = await Promise.all([startHilum({ repository, folder: temporary.path }), startMail()]);
  const browser = await launchBrowser(server.publicKeyHash);
  const ledger = createLedger();
  const faults: string[] = [];
  const guards: MouseGuard[] = [];
  const persons: Person[] = [];
  mkdirSync(pictures, { recursive: true });

  async function welcome(): Promise<{ person: Person; context: BrowserContext }> {
    const context = await openContext(browser);
    guards.push(await guardAgainstMouse(context));
    watchForFaults(context, faults);
    const page = await context.newPage();
    const person = new Person({ page, base: server.url });
    persons.push(person);
    ledger.follow(context, person);
    return { person, context };
  }

  const { person: admin, context: adminContext } = await welcome();
  return {
    server,
    smtp,
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
    close: async () => {
      await browser.close().catch(() => undefined);
      await smtp.stop();
      server.kill();
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

/** The console must be quiet: no errors of its own, nothing blocked by its policy. A refusal of the API is not a fault. */
function watchForFaults(context: BrowserContext, faults: string[]): void {
  context.on("weberror", (error) => faults.push(`an error in the page: ${error.error().message}`));
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (/^Failed to load resource: the server responded with a status of \d/.test(message.text())) return;
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
