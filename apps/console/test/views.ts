import type { Page } from "playwright-core";
import { marketViews } from "./market-views.ts";
import { recordViews } from "./record-views.ts";
import type { Scenario } from "./scenario.ts";

export interface View {
  name: string;
  path: string;
  scenario?: Scenario;
  /** What is done before the picture is taken. */
  act?(page: Page): Promise<void>;
}

const press = (name: string | RegExp) => (page: Page) =>
  page
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();
const upgrading = (told: string) => async (page: Page) => {
  await press("Upgrade the folder")(page);
  await page.getByText(told).first().waitFor();
};
const smtp = "/plugins/org.hilum.smtp";

/** Every route, and every state of one that looks different: empty, refused, a dialog open. */
export const views: readonly View[] = [
  { name: "welcome", path: "/welcome", scenario: { signedOut: true, firstRun: true } },
  {
    name: "welcome-second-factor",
    path: "/welcome",
    scenario: { signedOut: true, firstRun: true },
    act: async (page) => {
      await page.getByLabel("Set-up code").fill("ABCD-EFGH-1234");
      await page.getByLabel("Your name").fill("Ana Ribeiro");
      await page.getByLabel("User name").fill("ana");
      await page.getByRole("textbox", { name: "Password" }).fill("correct horse battery");
      await press("Make the administrator")(page);
      await press("Set up one-time codes")(page);
      await page.getByLabel("Code that the app shows now").waitFor();
    },
  },
  { name: "sign-in", path: "/sign-in", scenario: { signedOut: true } },
  {
    name: "sign-in-refused",
    path: "/sign-in",
    scenario: { signedOut: true },
    act: async (page) => {
      await page.getByLabel("User name").fill("ana");
      await page.getByRole("textbox", { name: "Password" }).fill("wrong");
      await press("Sign in")(page);
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "sign-in-code",
    path: "/sign-in",
    scenario: { signedOut: true },
    act: async (page) => {
      await page.getByLabel("User name").fill("mei");
      await page.getByRole("textbox", { name: "Password" }).fill("right");
      await press("Sign in")(page);
      await page.getByLabel("One-time code").waitFor();
    },
  },
  { name: "invitation", path: "/invitation?code=HLM-4KQ2", scenario: { signedOut: true } },
  { name: "dashboard", path: "/" },
  { name: "dashboard-first-run", path: "/", scenario: { firstRun: true } },
  { name: "dashboard-taken-back", path: "/", scenario: { takenBack: true } },
  {
    name: "dashboard-updates-refused",
    path: "/",
    scenario: { refuse: { listUpdates: "store.unavailable" } },
    act: (page) => page.getByRole("alert").waitFor({ timeout: 15_000 }),
  },
  { name: "dashboard-table", path: "/", act: press("Table view") },
  {
    name: "dashboard-refused",
    path: "/",
    scenario: { refuse: { getDashboard: "store.unavailable" } },
    act: (page) => page.getByRole("alert").waitFor({ timeout: 15_000 }),
  },
  { name: "repairs", path: "/repairs" },
  { name: "repairs-put-off", path: "/repairs", act: press("Put off: The key file has no copy") },
  {
    name: "repairs-in-progress",
    path: "/repairs",
    scenario: { refuse: { beginSetup: "setup.in_progress" } },
    act: async (page) => {
      await press(/^Reauthenticate/)(page);
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "repairs-none", path: "/repairs", scenario: { firstRun: true } },
  { name: "plugins", path: "/plugins" },
  { name: "plugins-empty", path: "/plugins", scenario: { empty: true } },
  { name: "plugins-viewer", path: "/plugins", scenario: { role: "viewer" } },
  { name: "plugins-review", path: "/plugins", act: press("Review Northlight e-Referral") },
  { name: "add-included", path: "/plugins/add" },
  {
    name: "add-paste",
    path: "/plugins/add?from=paste",
    act: async (page) => {
      await page.getByLabel("Manifest (hilum.json)").fill('{"id":"com.example.sms"}');
      await page.getByText("Example SMS").waitFor();
    },
  },
  {
    name: "add-paste-broken",
    path: "/plugins/add?from=paste",
    act: async (page) => {
      await page.getByLabel("Manifest (hilum.json)").fill('{"scopes":["phi.readd"]}');
      await page.getByText("One place must be mended").waitFor();
    },
  },
  { name: "add-program", path: "/plugins/add?from=program" },
  { name: "add-folder", path: "/plugins/add?from=folder" },
  { name: "plugin-overview", path: smtp },
  { name: "plugin-overview-gate", path: "/plugins/example.northlight.referral" },
  { name: "plugin-overview-quarantined", path: "/plugins/example.orthanc.documents" },
  { name: "plugin-overview-waiting", path: "/plugins/com.example.plugin" },
  { name: "plugin-missing", path: "/plugins/com.example.nothing" },
  { name: "plugin-actions", path: smtp, act: press("More actions") },
  {
    name: "plugin-remove",
    path: smtp,
    act: async (page) => {
      await press("More actions")(page);
      await page.getByRole("menuitem", { name: "Remove the plugin" }).click();
    },
  },
  { name: "plugin-duplicate", path: smtp, act: press("Duplicate") },
  { name: "setup-menu", path: `${smtp}/setup` },
  { name: "setup-form", path: `${smtp}/setup`, scenario: { setupStep: "server" } },
  { name: "setup-secret", path: `${smtp}/setup`, scenario: { setupStep: "sign-in" } },
  { name: "setup-form-failed", path: `${smtp}/setup`, scenario: { setupStep: "sender-failed" } },
  { name: "setup-check", path: `${smtp}/setup`, scenario: { setupStep: "try" } },
  { name: "setup-check-failed", path: `${smtp}/setup`, scenario: { setupStep: "try-failed" } },
  { name: "setup-check-passed", path: `${smtp}/setup`, scenario: { setupStep: "try-passed" } },
  { name: "setup-summary", path: `${smtp}/setup`, scenario: { setupStep: "summary" } },
  { name: "setup-summary-changes", path: `${smtp}/setup`, scenario: { setupStep: "summary-changes" } },
  { name: "setup-oauth", path: `${smtp}/setup`, scenario: { setupStep: "oauth-none" } },
  { name: "setup-oauth-waiting", path: `${smtp}/setup`, scenario: { setupStep: "oauth-waiting" } },
  { name: "setup-oauth-refused", path: `${smtp}/setup`, scenario: { setupStep: "oauth-refused" } },
  { name: "setup-oauth-granted", path: `${smtp}/setup`, scenario: { setupStep: "oauth-granted" } },
  { name: "setup-discover", path: `${smtp}/setup`, scenario: { setupStep: "discover-none" } },
  { name: "setup-discover-listed", path: `${smtp}/setup`, scenario: { setupStep: "discover-listed" } },
  { name: "setup-discover-failed", path: `${smtp}/setup`, scenario: { setupStep: "discover-failed" } },
  { name: "setup-test-waiting", path: `${smtp}/setup`, scenario: { setupStep: "test-waiting" } },
  {
    name: "setup-not-enabled",
    path: "/plugins/example.northlight.referral/setup",
    scenario: { setupStep: "summary" },
    act: async (page) => {
      await press("Enable")(page);
      await page.getByText("The settings are saved, and the plugin is not enabled yet").waitFor();
    },
  },
  ...["settings", "health", "pages/setup-guide", "pages/deliveries"].map((page) => ({
    name: `own-page-${page.replace("pages/", "")}`,
    path: `/plugins/com.example.own-pages/${page}`,
    act: async (opened: Page) => {
      await opened.locator('iframe[aria-busy="false"], iframe:not([aria-busy])').waitFor();
      await opened.frameLocator("iframe").getByRole("heading").first().waitFor();
    },
  })),
  {
    name: "own-page-generated",
    path: "/plugins/com.example.own-pages/settings?view=generated",
    act: (page) => page.getByText("Made by Hilum from the manifest.").waitFor(),
  },
  { name: "access", path: `${smtp}/access` },
  { name: "access-viewer", path: `${smtp}/access`, scenario: { role: "viewer" } },
  { name: "access-remote", path: "/plugins/example.northlight.referral/access" },
  { name: "plugin-settings", path: `${smtp}/settings` },
  {
    name: "plugin-settings-test",
    path: `${smtp}/settings`,
    act: async (page) => {
      await page.getByLabel("Port").fill("465");
      await press("Test without saving")(page);
      await page.getByText("1 check failed").waitFor();
    },
  },
  {
    name: "plugin-settings-conflict",
    path: `${smtp}/settings`,
    scenario: { refuse: { saveSettings: "request.conflict" } },
    act: async (page) => {
      await page.getByLabel("Port").fill("465");
      await press("Save")(page);
      await page.getByText("Somebody saved meanwhile").waitFor();
    },
  },
  { name: "health", path: `${smtp}/health` },
  { name: "health-live", path: `${smtp}/health`, act: press("Run: Send a test message") },
  { name: "health-schedule", path: `${smtp}/health`, act: press("Schedule") },
  { name: "webhooks", path: `${smtp}/webhooks` },
  { name: "webhooks-none", path: `${smtp}/webhooks`, scenario: { noHooks: true } },
  { name: "webhooks-empty", path: `${smtp}/webhooks`, scenario: { empty: true } },
  { name: "webhooks-no-match", path: `${smtp}/webhooks?verdict=busy`, scenario: { empty: true } },
  { name: "webhooks-viewer", path: `${smtp}/webhooks`, scenario: { role: "viewer" } },
  {
    name: "webhooks-test",
    path: `${smtp}/webhooks`,
    act: press("Send a test delivery to Delivery status"),
  },
  ...["H09", "H06", "H04", "H01"].map((id) => ({
    name: `webhooks-delivery-${id}`,
    path: `${smtp}/webhooks?delivery=01JD8R${id}`,
    act: async (page: Page) => {
      await page.getByRole("dialog").getByText("Replay", { exact: true }).waitFor();
    },
  })),
  {
    name: "webhooks-replay",
    path: `${smtp}/webhooks?delivery=01JD8RH06`,
    act: async (page) => {
      await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
      await page.getByText("Hand this delivery to the plugin again?").waitFor();
    },
  },
  { name: "egress", path: `${smtp}/egress` },
  { name: "egress-empty", path: `${smtp}/egress`, scenario: { empty: true } },
  { name: "egress-no-agreement", path: `${smtp}/egress`, scenario: { noAgreement: true } },
  { name: "egress-viewer", path: `${smtp}/egress`, scenario: { role: "viewer" } },
  { name: "logs", path: `${smtp}/logs` },
  { name: "messages", path: "/messages" },
  { name: "messages-empty", path: "/messages", scenario: { empty: true } },
  { name: "compose", path: "/messages/compose" },
  { name: "compose-faults", path: "/messages/compose", act: press("Send") },
  { name: "compose-again", path: "/messages/compose?again=01JD8R4KM1" },
  { name: "message-dead", path: "/messages/01JD8R4KM1" },
  { name: "message-delivered", path: "/messages/01JD8R4KM4" },
  { name: "message-failover", path: "/messages/01JD8R4KM7" },
  { name: "message-discard", path: "/messages/01JD8R4KM1", act: press("Give up") },
  { name: "routing", path: "/messages/routing" },
  {
    name: "routing-changed",
    path: "/messages/routing",
    act: async (page) => {
      await press("Add Practice mailbox for SMS")(page);
      await press("Move up: Practice mailbox")(page);
    },
  },
  { name: "routing-rehearsal", path: "/messages/routing", act: press("Simulate a failure now: Twilio SMS") },
  { name: "practice", path: "/messages/practice" },
  { name: "practice-empty", path: "/messages/practice", scenario: { empty: true } },
  { name: "audit", path: "/audit" },
  { name: "audit-broken", path: "/audit", scenario: { brokenAudit: true } },
  { name: "audit-verifying", path: "/audit", scenario: { verifying: true } },
  {
    name: "audit-entry",
    path: "/audit?entry=1204331",
    act: async (page) => {
      await page.getByText("As it was written").waitFor();
    },
  },
  { name: "audit-viewer", path: "/audit", scenario: { role: "viewer" } },
  { name: "audit-export", path: "/audit", act: press("Export") },
  { name: "vendors", path: "/vendors" },
  { name: "vendors-empty", path: "/vendors", scenario: { empty: true } },
  { name: "vendors-add", path: "/vendors?host=api.sms.example" },
  {
    name: "vendors-add-refused",
    path: "/vendors",
    act: async (page) => {
      await press("Add a vendor")(page);
      await page.getByLabel("Name").fill("Everybody");
      await page.getByLabel("Hosts").fill(".com");
      await press("Add")(page);
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "vendors-operator", path: "/vendors", scenario: { role: "operator" } },
  { name: "vendors-viewer", path: "/vendors", scenario: { role: "viewer" } },
  { name: "vendor", path: "/vendors/01VENDORTW" },
  { name: "vendor-no-agreement", path: "/vendors/01VENDORFX" },
  { name: "vendor-own", path: "/vendors/01VENDOROW" },
  { name: "vendor-agreement", path: "/vendors/01VENDORTW", act: press("Record an agreement") },
  {
    name: "vendor-end",
    path: "/vendors/01VENDORTW",
    act: press("End the agreement with Northlight Messaging Inc."),
  },
  { name: "users", path: "/users" },
  { name: "users-invite", path: "/users", act: press("Invite") },
  {
    name: "users-step-up",
    path: "/users",
    scenario: { refuse: { inviteUser: "request.step_up" } },
    act: async (page) => {
      await press("Invite")(page);
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Imke Brandt");
      await dialog.getByLabel("User name").fill("imke");
      await dialog.getByRole("button", { name: "Invite" }).click();
      await page.getByText("Confirm that it is you").waitFor();
    },
  },
  { name: "tokens", path: "/users/tokens" },
  { name: "account", path: "/account" },
  { name: "settings", path: "/settings" },
  { name: "settings-authority", path: "/settings", act: press("Add an authority") },
  { name: "settings-operator", path: "/settings", scenario: { role: "operator" } },
  { name: "sandbox", path: "/settings/sandbox" },
  { name: "sandbox-missing", path: "/settings/sandbox", scenario: { noSandbox: true } },
  { name: "dev", path: "/dev" },
  { name: "dev-empty", path: "/dev", scenario: { empty: true } },
  { name: "dev-viewer", path: "/dev", scenario: { role: "viewer" } },
  {
    name: "dev-refused",
    path: "/dev",
    scenario: { refuse: { getWorkspace: "store.unavailable" } },
    act: (page) => page.getByRole("alert").waitFor({ timeout: 15_000 }),
  },
  {
    name: "dev-scaffold",
    path: "/dev/scaffold",
    act: async (page) => {
      await page.getByRole("button", { name: "plugin.ts", exact: true }).click();
    },
  },
  {
    name: "dev-scaffold-refused",
    path: "/dev/scaffold",
    act: async (page) => {
      await page.getByLabel("Identifier").fill("first");
      await page.getByText("is not a reverse-DNS id").first().waitFor();
    },
  },
  {
    name: "dev-scaffold-exists",
    path: "/dev/scaffold",
    act: async (page) => {
      await page.getByRole("button", { name: "plugin.ts", exact: true }).waitFor();
      await press("Create in the workspace")(page);
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "dev-scaffold-viewer", path: "/dev/scaffold", scenario: { role: "viewer" } },
  { name: "dev-scaffold-operator", path: "/dev/scaffold", scenario: { role: "operator" } },
  {
    name: "dev-manifest",
    path: "/dev/manifest",
    act: async (page) => {
      await page.getByText("No problems").waitFor();
      await page.getByText("What a person reads before approving it").click();
    },
  },
  {
    name: "dev-manifest-broken",
    path: "/dev/manifest",
    act: async (page) => {
      await page
        .getByLabel("Text of hilum.json")
        .fill(
          '{\n  "id": "com.example.sms",\n  "scopes": [\n    {\n      "reason": "To read",\n      "scope": "phi.readd"\n    }\n  ]\n}\n',
        );
      await page.getByText("1 problem").waitFor();
      await page.getByRole("button", { name: /^Go to line 6/ }).click();
    },
  },
  { name: "dev-manifest-auditor", path: "/dev/manifest", scenario: { role: "auditor" } },
  { name: "dev-reload", path: "/dev/reload" },
  { name: "dev-reload-off", path: "/dev/reload", scenario: { idleDev: true } },
  { name: "dev-reload-unwatchable", path: "/dev/reload", scenario: { failingDev: true } },
  { name: "dev-reload-none", path: "/dev/reload", scenario: { empty: true } },
  {
    name: "dev-wire",
    path: "/dev/wire",
    act: (page) => page.getByText("initialize").first().waitFor({ state: "attached" }),
  },
  { name: "dev-wire-off", path: "/dev/wire", scenario: { idleDev: true } },
  { name: "dev-wire-start", path: "/dev/wire", scenario: { idleDev: true }, act: press("Start the inspector") },
  { name: "dev-wire-empty", path: `/dev/wire?plugin=org.hilum.smtp&method=log`, scenario: { empty: true } },
  { name: "dev-wire-viewer", path: "/dev/wire", scenario: { role: "viewer" } },
  { name: "dev-wire-frame", path: "/dev/wire?frame=5", act: (page) => page.getByText("sender_not_verified").waitFor() },
  {
    name: "dev-wire-replay",
    path: "/dev/wire?frame=3",
    act: async (page) => {
      await press("Replay")(page);
      await page.getByText("to the plugin again?").waitFor();
    },
  },
  {
    name: "dev-wire-replayed",
    path: "/dev/wire?frame=3",
    act: async (page) => {
      await press("Replay")(page);
      await page
        .getByRole("dialog", { name: /again\?$/ })
        .getByRole("button", { name: "Replay" })
        .click();
      await page.getByText("What it answered").waitFor();
    },
  },
  { name: "dev-fixtures", path: "/dev/fixtures?plugin=org.hilum.smtp&instance=after-hours" },
  {
    name: "dev-fixtures-sent",
    path: "/dev/fixtures?plugin=org.hilum.smtp&instance=after-hours",
    act: async (page) => {
      await press("Send to SMTP e-mail")(page);
      await page.getByText("What came of it").waitFor();
    },
  },
  {
    name: "dev-fixtures-failed",
    path: "/dev/fixtures?plugin=org.hilum.smtp&instance=after-hours&fixture=email-two-recipients",
    scenario: { failingDev: true },
    act: async (page) => {
      await press("Send to SMTP e-mail")(page);
      await page.getByText("did not take it").waitFor();
    },
  },
  { name: "dev-fixtures-event", path: "/dev/fixtures?plugin=org.hilum.smtp&fixture=record-created" },
  { name: "dev-fixtures-live", path: "/dev/fixtures?plugin=org.hilum.smtp" },
  { name: "dev-fixtures-none", path: "/dev/fixtures", scenario: { empty: true } },
  { name: "dev-conformance", path: "/dev/conformance" },
  { name: "dev-conformance-never", path: "/dev/conformance", scenario: { idleDev: true } },
  {
    name: "dev-conformance-busy",
    path: "/dev/conformance",
    scenario: { refuse: { runConformance: "conformance.in_progress" } },
    act: async (page) => {
      await press(/^Run all/)(page);
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "dev-conformance-viewer", path: "/dev/conformance", scenario: { role: "viewer" } },
  { name: "dev-package", path: "/dev/package" },
  { name: "dev-package-not-linked", path: "/dev/package?plugin=org.hilum.smtp" },
  {
    name: "dev-package-invalid",
    path: "/dev/package",
    scenario: { failingDev: true },
    act: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "dev-package-gone", path: "/dev/package?plugin=com.example.gone" },
  { name: "dev-upgrade", path: "/dev/upgrade" },
  { name: "dev-upgrade-done", path: "/dev/upgrade", act: upgrading("Some places are left to you") },
  {
    name: "dev-upgrade-changed",
    path: "/dev/upgrade",
    scenario: { failingDev: true },
    act: upgrading("The folder changed since the preview"),
  },
  { name: "dev-upgrade-up-to-date", path: "/dev/upgrade", scenario: { idleDev: true } },
  { name: "dev-upgrade-not-linked", path: "/dev/upgrade?plugin=org.hilum.smtp" },
  { name: "dev-upgrade-viewer", path: "/dev/upgrade", scenario: { role: "viewer" } },
  { name: "dev-api", path: "/dev/api" },
  {
    name: "dev-api-tried",
    path: "/dev/api?q=wire&operation=getWireInspector&plugin=org.hilum.smtp",
    act: async (page) => {
      await press("Send GET")(page);
      await page.getByText("framesMax").waitFor();
      await press("Python")(page);
    },
  },
  {
    name: "dev-api-warned",
    path: "/dev/api?operation=startWireInspector&plugin=org.hilum.smtp",
    act: async (page) => {
      await page.getByLabel("minutes").fill("5");
      await press("Send POST")(page);
      await page.getByText("in production?").waitFor();
    },
  },
  {
    name: "dev-api-missing",
    path: "/dev/api?operation=replayFrame",
    act: async (page) => {
      await press("Send POST")(page);
      await page.getByText("This is needed.").first().waitFor();
    },
  },
  { name: "dev-api-none", path: "/dev/api?q=xyzzy&operation=nothing" },
  { name: "dev-api-viewer", path: "/dev/api?operation=removePlugin", scenario: { role: "viewer" } },
  ...recordViews,
  ...marketViews,
  { name: "nothing-here", path: "/no/such/page" },
  {
    name: "palette",
    path: smtp,
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder("Search or run an action").waitFor();
    },
  },
  { name: "help", path: "/", act: press("Keyboard and help") },
  { name: "user-menu", path: "/", act: press("Ana Ribeiro, user menu") },
  { name: "api-call", path: "/plugins", act: press("Show API call") },
];
