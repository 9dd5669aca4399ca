import type { Page } from "playwright-core";
import type { View } from "./views.ts";

const press = (name: string | RegExp) => (page: Page) =>
  page
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();
const referral = "/marketplace/org.northlight.referral";
const smtp = "/plugins/org.hilum.smtp";

const makeKey = async (page: Page): Promise<void> => {
  await press("Make a key")(page);
  await page.getByLabel("What it is for").fill("Root key of Ana");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Passphrase", { exact: false }).first().fill("paper lantern over water");
  await dialog.getByLabel("Passphrase once more").fill("paper lantern over water");
  await press("Make and save the key")(page);
  await page.getByRole("heading", { name: "Root key of Ana" }).waitFor();
};

/** The marketplace: browsing, sources, installs, versions, the kill switch, publishing and keys. */
export const marketViews: readonly View[] = [
  { name: "market", path: "/marketplace" },
  { name: "market-narrowed", path: "/marketplace?quality=gold&publisher=org.hilum" },
  { name: "market-none", path: "/marketplace?q=fhirr" },
  { name: "market-empty", path: "/marketplace", scenario: { empty: true } },
  { name: "market-listing", path: referral },
  { name: "market-listing-old", path: `${referral}?version=1.4.0` },
  { name: "market-listing-gone", path: "/marketplace/gone" },
  { name: "market-listing-viewer", path: referral, scenario: { role: "viewer" } },
  { name: "market-install", path: referral, act: press(/^Update to 1.6.0/) },
  { name: "market-sources", path: "/marketplace/sources" },
  { name: "market-sources-empty", path: "/marketplace/sources", scenario: { empty: true } },
  { name: "market-sources-read", path: "/marketplace/sources", act: press("Read again: Hilum") },
  { name: "market-sources-add", path: "/marketplace/sources", act: press("Add a source") },
  {
    name: "market-sources-trust",
    path: "/marketplace/sources",
    act: async (page) => {
      await press("Add a source")(page);
      await page.getByRole("textbox", { name: "Address" }).fill("https://plugins.hilum.example/");
      await press("Read its keys")(page);
      await page.getByText("Fingerprint that the keeper gave you").waitFor();
      await press("Trust it and read it")(page);
    },
  },
  {
    name: "market-sources-change",
    path: "/marketplace/sources",
    act: async (page) => {
      await press("More for Hilum")(page);
      await page.getByRole("menuitem", { name: "Change name and policy" }).click();
    },
  },
  { name: "market-updates", path: "/marketplace/updates" },
  { name: "market-updates-none", path: "/marketplace/updates", scenario: { empty: true } },
  { name: "market-installs", path: "/marketplace/installs" },
  { name: "market-job-approval", path: "/marketplace/installs/01JD8R4KJ1" },
  { name: "market-job-failed", path: "/marketplace/installs/01JD8R4KJ2" },
  { name: "market-job-done", path: "/marketplace/installs/01JD8R4KJ3" },
  { name: "market-job-running", path: "/marketplace/installs/01JD8R4KJ4" },
  { name: "market-job-cancel", path: "/marketplace/installs/01JD8R4KJ4", act: press("Cancel") },
  { name: "market-versions", path: `${smtp}/versions` },
  { name: "market-versions-none", path: `${smtp}/versions`, scenario: { empty: true } },
  { name: "market-versions-troubled", path: "/plugins/example.northlight.referral/versions" },
  { name: "market-roll-back", path: `${smtp}/versions`, act: press("Roll back to 1.5.0") },
  { name: "market-kill", path: `${smtp}/kill` },
  { name: "market-kill-sure", path: `${smtp}/kill`, act: press(/^Kill SMTP/) },
  { name: "market-killed", path: "/plugins/example.orthanc.documents/kill" },
  { name: "market-upload", path: "/plugins/add?from=package" },
  { name: "market-own", path: "/marketplace/publish" },
  { name: "market-own-none", path: "/marketplace/publish", scenario: { empty: true } },
  {
    name: "market-own-begin",
    path: "/marketplace/publish",
    scenario: { empty: true },
    act: press("Begin a marketplace"),
  },
  { name: "market-own-sign", path: "/marketplace/publish", act: press("Sign and publish") },
  { name: "market-own-let-in", path: "/marketplace/publish", act: press("Let a publisher in") },
  { name: "market-own-amend", path: "/marketplace/publish", act: press(/^Take out or back/) },
  { name: "market-hand-in", path: "/marketplace/publish/new" },
  { name: "market-review", path: "/marketplace/review" },
  { name: "market-review-none", path: "/marketplace/review", scenario: { empty: true } },
  { name: "market-review-approve", path: "/marketplace/review", act: press("Approve Fax bridge 1.1.0") },
  { name: "market-keys", path: "/marketplace/keys" },
  { name: "market-keys-make", path: "/marketplace/keys", act: press("Make a key") },
  { name: "market-keys-open", path: "/marketplace/keys", act: makeKey },
];
