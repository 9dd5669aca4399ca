import type { Page } from "playwright-core";
import type { World } from "../world/world.ts";
import { patient } from "../world/clinic-records.ts";
import { at, failing, settle, type PageState } from "./axe-routes.ts";

const smtp = "/plugins/org.hilum.smtp";
const callbacks = "/plugins/com.example.delivery-callbacks";
const ownPages = "/plugins/com.example.own-pages";
const developed = "com.example.night-desk";

const pager = "org.riverside.pager";

/** What fills up in every lane. */
const everywhere = ["/", "/repairs", "/plugins", "/messages", "/messages/routing", "/messages/practice", "/settings"];

/** Every route of messages, plugins' pages, people and settings, with what the journeys left in it. */
export function messageStates({ server: { url }, notes }: World): PageState[] {
  const message = (notes.get("message") ?? "").replace(/^\/admin\/ui/, "");
  const routes = [
    ...everywhere,
    smtp,
    `${smtp}/setup`,
    `${smtp}/setup?step=server`,
    `${smtp}/access`,
    `${smtp}/settings`,
    `${smtp}/health`,
    `${smtp}/egress`,
    `${smtp}/egress?decision=deny`,
    `${smtp}/logs`,
    `${smtp}/webhooks`,
    `${callbacks}/webhooks`,
    `${ownPages}/settings`,
    `${ownPages}/settings?view=generated`,
    `${ownPages}/health`,
    `${ownPages}/pages/setup-guide`,
    `${ownPages}/pages/deliveries`,
    "/messages/compose",
    message,
    "/audit",
    "/vendors",
    "/vendors?host=api.example.com",
    "/users",
    "/users/tokens",
    "/account",
    "/settings/sandbox",
    "/nowhere",
  ];
  return [
    ...routes.map((path) => at(url, path)),
    failing(url, "/plugins"),
    failing(url, "/messages"),
    opened(at(url, smtp), "a dialog", (page) => pressOn(page, "button", "Disable"), "dialog"),
    opened(at(url, "/users"), "a menu", (page) => pressOn(page, "button", /^Actions for/), "menu"),
    opened(at(url, "/plugins"), "the palette", (page) => page.keyboard.press("Control+k"), "dialog"),
    opened(at(url, "/plugins"), "the keyboard sheet", (page) => page.keyboard.press("?"), "dialog"),
    opened(
      at(url, `${callbacks}/webhooks`),
      "a delivery",
      (page) => pressOn(page, "button", /^Open the delivery of/),
      "dialog",
    ),
    opened(
      at(url, `${callbacks}/webhooks`),
      "the test",
      (page) => pressOn(page, "button", /^Send a test delivery to/),
      "dialog",
    ),
    opened(at(url, "/audit"), "an entry", (page) => pressOn(page, "button", /^Open entry/), "dialog"),
  ];
}

/** Every route of records and of the keys that they are under, with what the journeys left in it. */
export function recordStates({ server: { url } }: World): PageState[] {
  const routes = [
    ...everywhere,
    "/records",
    "/records?type=DocumentReference",
    `/records/patients/${patient.id}`,
    `/records/patients/${patient.id}/disclosures`,
    "/records/DocumentReference/letter-1",
    "/records/DocumentReference/letter-1?view=fhir",
    "/records/DocumentReference/letter-1?view=json",
    "/records/Observation/weight-1?version=1",
    "/records/glasses",
    "/records/holds",
    "/records/exports",
    "/records/retention",
    "/records/shreddings",
    "/settings/keys",
  ];
  return [
    ...routes.map((path) => at(url, path)),
    failing(url, "/records"),
    opened(at(url, "/settings/keys"), "what holds the keys", (page) => pressOn(page, "button", "Change"), "dialog"),
    opened(
      at(url, "/settings/keys"),
      "where attachments go",
      (page) => pressOn(page, "button", "Change where attachments go"),
      "dialog",
    ),
    opened(
      at(url, "/records/DocumentReference/letter-1"),
      "the breaking of the glass",
      (page) => pressOn(page, "button", "Reveal (break glass)"),
      "dialog",
    ),
  ];
}

/** Every route of adding and writing plugins, with what the journeys left in it. */
export function pluginStates({ server: { url } }: World): PageState[] {
  const routes = [
    ...everywhere,
    "/plugins/add",
    "/plugins/add?from=paste",
    "/plugins/add?from=program",
    "/plugins/add?from=folder",
    "/messages/compose",
    "/messages/compose?channel=sms",
    "/dev",
    "/dev/scaffold",
    "/dev/manifest",
    ...["reload", "wire", "fixtures", "conformance", "package", "upgrade"].map(
      (tool) => `/dev/${tool}?plugin=${developed}`,
    ),
    `/dev/api?operation=getLiveReload&plugin=${developed}`,
  ];
  return [
    ...routes.map((path) => at(url, path)),
    failing(url, "/dev"),
    failing(url, `/dev/wire?plugin=${developed}`),
    opened(
      at(url, `/dev/wire?plugin=${developed}`),
      "the start",
      (page) => pressOn(page, "button", "Start the inspector"),
      "dialog",
    ),
  ];
}

/** What a new installation shows: nothing yet. */
export function emptyStates({ server: { url } }: World): PageState[] {
  return [
    "/",
    "/repairs",
    "/plugins",
    ...["", "/updates", "/installs", "/sources", "/publish", "/publish/new", "/review", "/keys"].map(
      (place) => `/marketplace${place}`,
    ),
    "/messages",
    "/messages/routing",
    "/messages/practice",
    "/users/tokens",
    "/audit?action=nothing",
    "/records",
    "/records/glasses",
    "/records/holds",
    "/records/exports",
    "/records/retention",
    "/records/shreddings",
    "/vendors",
    "/dev",
    "/dev/wire",
    "/dev/api?q=nothing",
  ].map((path) => at(url, path, `${path}, empty`));
}

/** The pages before the shell, to somebody who is not signed in. */
export function doorStates({ server: { url } }: World): PageState[] {
  return [at(url, "/sign-in"), at(url, "/invitation?code=AAAAA-AAAAA"), at(url, "/welcome"), at(url, "/unseal")];
}

function opened(
  state: PageState,
  what: string,
  open: (page: Page) => Promise<void>,
  role: "dialog" | "menu",
): PageState {
  return {
    name: `${state.name} with ${what} open`,
    open: async (page) => {
      await state.open(page);
      await open(page);
      await page.getByRole(role).first().waitFor();
      await settle(page);
    },
  };
}

async function pressOn(page: Page, role: "button", name: string | RegExp): Promise<void> {
  await page.getByRole(role, { name }).first().focus();
  await page.keyboard.press("Enter");
}

/** Every route of the marketplace, with what the journeys left in it. */
export function marketStates({ server: { url } }: World): PageState[] {
  const routes = [
    ...["/marketplace", "/marketplace?q=nothing-like-it", `/marketplace/${pager}`, "/marketplace/updates"],
    ...["/marketplace/installs", "/marketplace/sources", "/marketplace/publish", "/marketplace/publish/new"],
    ...["/marketplace/review", "/marketplace/keys", "/plugins/add?from=package"],
    ...[`/plugins/${pager}/versions`, `/plugins/${pager}/kill`],
  ];
  return [
    ...routes.map((path) => at(url, path)),
    opened(
      at(url, `/marketplace/${pager}`),
      "what would change",
      (page) => pressOn(page, "button", /^(Install|Change to|Update to|Install again) \d/),
      "dialog",
    ),
    opened(
      at(url, "/marketplace/sources"),
      "a new source",
      (page) => pressOn(page, "button", "Add a source"),
      "dialog",
    ),
    opened(at(url, "/marketplace/keys"), "a new key", (page) => pressOn(page, "button", "Make a key"), "dialog"),
  ];
}
