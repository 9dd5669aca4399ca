import type { OperationId } from "@hilum/contract/api";
import {
  bootstrap,
  auditEntry,
  auditRows,
  auditStatus,
  brokenAuditStatus,
  dashboard,
  dashboardTakenBack,
  firstDashboard,
  noSandbox,
  platformSettings,
  repairs,
  runningVerification,
  sandbox,
} from "./fixtures/platform.ts";
import { account, invitation, recoveryCodes, sessions, tokens, users } from "./fixtures/people.ts";
import { hookDeliveries, hookDelivery, hooks } from "./fixtures/hooks.ts";
import { deadMessage, deliveredMessage, failedOverMessage, messages, practice, routes } from "./fixtures/messages.ts";
import { brokenReview, included, pluginDetail, plugins, registrations, review } from "./fixtures/plugins.ts";
import {
  access,
  failedCheck,
  gate,
  health,
  links,
  logs,
  revisions,
  settings,
  smokeRun,
  smokeRuns,
} from "./fixtures/plugin-pages.ts";
import { ownPages, settings as ownSettings } from "./fixtures/own-pages.ts";
import { setups } from "./fixtures/setup.ts";
import { blockedEgressPage, egressPage, noVendors, vendorById, vendors } from "./fixtures/egress.ts";
import {
  conformanceCases,
  conformanceResult,
  conformanceRuns,
  emptyWorkspace,
  fixtureFailed,
  fixtureList,
  fixtureOutcome,
  frames,
  inspector,
  inspectorOff,
  liveReload,
  manifestSchema,
  noFrames,
  noReload,
  packagePreview,
  replayed,
  replayFailed,
  scaffold,
  scaffolds,
  unwatchable,
  workspace,
} from "./fixtures/devtools.ts";
import { upgraded, upgradePreview, upToDate } from "./fixtures/upgrade.ts";
import { ahead } from "./fixtures/answer.ts";
import { fixed, none, Refusal, type Answerer, type FakeCall, type Scenario } from "./scenario.ts";
import { marketAnswers } from "./market-answers.ts";
import { recordAnswers } from "./record-answers.ts";

const ok = fixed({ ok: true });
const registered = {
  plugin: "org.hilum.smtp",
  instance: "default",
  outcome: "registered",
  next: "setup",
  console: "/admin/ui/plugins/org.hilum.smtp",
};
const firstInstance = plugins.items[0]!.instances[0]!;
const checkText = (text: string): unknown => (text.includes("phi.readd") ? brokenReview : review);

const answers: Partial<Record<OperationId, Answerer>> = {
  getApiDescription: fixed({ openapi: "3.1.0" }),
  getDashboard: (_, { firstRun, takenBack }) =>
    firstRun ? firstDashboard : takenBack ? dashboardTakenBack : dashboard,
  listRepairs: (_, { firstRun }) => (firstRun ? { open: [], snoozed: [] } : repairs),
  snoozeRepair: fixed(repairs),
  unsnoozeRepair: fixed(repairs),
  getPlatformSettings: fixed(platformSettings),
  savePlatformSettings: fixed({ ...platformSettings, revision: 4 }),
  getSandbox: (_, scenario) => (scenario.noSandbox ? noSandbox : sandbox),
  checkSandbox: fixed(sandbox),
  searchAudit: (_, { empty }) => (empty ? { items: [], indexed: 0 } : auditRows),
  getAuditEntry: ({ params }) => ({ ...auditEntry, row: { ...auditEntry.row, index: Number(params["index"]) } }),
  getAuditStatus: (_, { brokenAudit, verifying }) =>
    brokenAudit ? brokenAuditStatus : verifying ? { ...auditStatus, verification: runningVerification } : auditStatus,
  verifyAudit: fixed(runningVerification),
  getVerification: fixed(runningVerification),
  cancelVerification: fixed({ ...runningVerification, state: "cancelled" }),
  exportAudit: fixed({}),
  rebuildAuditIndex: fixed({ indexed: 1_204_332 }),

  listEgressReceipts: (_, { empty, noAgreement }) =>
    empty ? { hosts: [], items: [] } : noAgreement ? blockedEgressPage : egressPage,
  listVendors: (_, { empty }) => (empty ? noVendors : vendors),
  getVendor: ({ params }) => {
    const found = vendorById(params["vendor"] ?? "");
    if (found === undefined) throw new Refusal("vendor.not_found");
    return found;
  },
  createVendor: ({ body }) => {
    const { hosts } = body as { hosts: string[] };
    if (hosts.includes(".com"))
      throw new Refusal("request.invalid", "Hosts below `.com` belong to many owners, not to one vendor.", [
        { pointer: "/hosts/0", message: "Hosts below `.com` belong to many owners, not to one vendor." },
      ]);
    return vendors.items[0];
  },
  changeVendor: () => vendors.items[0],
  removeVendor: ok,
  addAgreement: () => vendors.items[1],
  endAgreement: () => vendors.items[1],
  uploadAgreementDocument: () => vendors.items[1],

  getBootstrap: (_, { firstRun, signedOut }) => ({
    ...bootstrap,
    state: firstRun && signedOut ? "needs_administrator" : "ready",
  }),
  createFirstAdministrator: (_, scenario) => {
    scenario.signedOut = false;
    return { ...account, secondFactor: false };
  },
  signIn: ({ body }, scenario) => {
    const { username, password } = body as { username: string; password: string };
    if (password === "wrong") throw new Refusal("session.bad_credentials");
    if (username === "mei") return { state: "second_factor_required", challenge: "c1" };
    scenario.signedOut = false;
    return { state: "signed_in" };
  },
  completeSignIn: fixed({ state: "signed_in" }),
  signOut: (_, scenario) => {
    scenario.signedOut = true;
  },
  getAccount: (_, { role, firstRun }) => ({ ...account, role: role ?? account.role, secondFactor: !firstRun }),
  stepUp: fixed({ steppedUpUntil: ahead(5) }),
  changePassword: ok,
  savePreferences: ({ body }) => body,
  beginSecondFactor: fixed({
    secret: "JBSWY3DPEHPK3PXP",
    uri: "otpauth://totp/Hilum:ana?secret=JBSWY3DPEHPK3PXP&issuer=Hilum",
  }),
  confirmSecondFactor: fixed({ recoveryCodes }),
  removeSecondFactor: ok,
  renewRecoveryCodes: fixed({ recoveryCodes }),
  listSessions: fixed(sessions),
  endSession: none,
  listUsers: fixed(users),
  inviteUser: fixed(invitation),
  changeUser: fixed(users.items[1]),
  resetUser: fixed(invitation),
  endUserSessions: none,
  acceptInvitation: fixed({ state: "signed_in" }),
  listApiTokens: fixed(tokens),
  createApiToken: fixed({ token: tokens.items[0], value: "hlm_9fQ2vK81xR7TtZpLwQe3" }),
  revokeApiToken: none,

  listPlugins: (_, { firstRun, empty }) => (firstRun || empty ? { items: [] } : plugins),
  registerPlugin: fixed(registered),
  checkManifest: ({ body }) => checkText((body as { text: string }).text),
  listIncludedPlugins: fixed(included),
  addIncludedPlugin: fixed(registered),
  linkFolder: fixed(registered),
  getPlugin: ({ params }) => {
    const detail = params["plugin"] === ownPages.id ? ownPages : pluginDetail(params["plugin"] ?? "");
    if (detail === undefined) throw new Refusal("plugin.not_found");
    return detail;
  },
  removePlugin: ok,
  createInstance: fixed(firstInstance),
  removeInstance: ok,
  listRegistrations: (_, { firstRun, empty }) => (firstRun || empty ? { items: [] } : registrations),
  approveRegistration: fixed(registered),
  rejectRegistration: ok,
  listHooks: ({ params }, { noHooks }) => (noHooks ? { items: [] } : hooks(params["plugin"] ?? "")),
  listHookDeliveries: (_, { empty }) => (empty ? { items: [] } : hookDeliveries),
  getHookDelivery: ({ params }) => hookDelivery(params["delivery"] ?? ""),
  replayHookDelivery: fixed(hookDeliveries.items[2]),
  sendTestDelivery: fixed(hookDeliveries.items[9]),
  getSettings: ({ params }) => (params["plugin"] === ownPages.id ? ownSettings : settings),
  saveSettings: fixed({ ...settings, revision: 5 }),
  testSettings: fixed(failedCheck),
  listSettingsRevisions: fixed(revisions),
  restoreSettings: fixed(settings),
  getSetup: (_, { setupStep }) => setupOf(setupStep),
  beginSetup: (_, { setupStep }) => setupOf(setupStep),
  goToSetupStep: ({ body }) => setupOf((body as { step: string }).step),
  answerSetupStep: ({ params }, scenario) => {
    const steps = Object.keys(setups);
    if (scenario.setupStep === undefined || scenario.setupStep === params["step"])
      scenario.setupStep =
        params["step"] === "try" ? "try-failed" : (steps[steps.indexOf(params["step"] ?? "") + 1] ?? "summary");
    return setupOf(scenario.setupStep);
  },
  discoverSetupOptions: fixed(setups["discover-listed"]),
  startSetupOAuth: fixed({ address: "about:blank", until: ahead(10), session: setups["oauth-waiting"] }),
  enterSetupOAuth: fixed(setups["oauth-granted"]),
  finishSetup: fixed(settings),
  restartSetup: fixed(setups["encryption"]),
  getAccess: fixed(access),
  decideAccess: fixed(access),
  getEnableGate: fixed(gate),
  enableInstance: fixed({ enabled: false, gate, instance: firstInstance }),
  disableInstance: fixed({ ...firstInstance, state: "disabled" }),
  restartInstance: fixed(firstInstance),
  getPluginHealth: fixed(health),
  checkPluginHealth: fixed(health),
  runSmokeTests: fixed(smokeRun),
  listSmokeRuns: fixed(smokeRuns),
  saveSmokeSchedule: fixed(health),
  listPluginLogs: fixed(logs),
  tailPluginLogs: none,
  listRemoteLinks: fixed(links),
  createEnrolment: fixed({
    code: "hilum-enrol-1:eyJ1IjoiaHR0cHM6Ly9sb2NhbGhvc3Q6ODQ0MyJ9.9fQ2vK81xR7TtZp",
    expiresAt: ahead(60),
    link: links.items[1],
  }),
  revokeRemoteLink: none,

  getWorkspace: (_, { empty }) => (empty ? emptyWorkspace : workspace),
  listScaffolds: fixed(scaffolds),
  previewScaffold: ({ body }) => {
    const { id } = body as { id: string };
    if (!id.includes("."))
      throw new Refusal("request.invalid", "The plugin cannot be made like this.", [
        { pointer: "/id", message: `\`${id}\` is not a reverse-DNS id.` },
      ]);
    return { ...scaffold, folder: id };
  },
  downloadScaffold: fixed({}),
  scaffoldPlugin: () => {
    throw new Refusal("scaffold.exists");
  },
  getManifestSchema: fixed(manifestSchema),
  getLiveReload: (_, { idleDev, failingDev }) => (idleDev ? noReload : failingDev ? unwatchable : liveReload),
  setLiveReload: fixed(liveReload),
  getWireInspector: (_, { idleDev }) => (idleDev ? inspectorOff : inspector),
  startWireInspector: fixed(inspector),
  stopWireInspector: fixed(inspectorOff),
  listFrames: (_, { empty }) => (empty ? noFrames : frames),
  tailFrames: none,
  replayFrame: (_, { failingDev }) => (failingDev ? replayFailed : replayed),
  listFixtures: fixed(fixtureList),
  sendFixture: (_, { failingDev }) => (failingDev ? fixtureFailed : fixtureOutcome),
  listConformanceCases: fixed(conformanceCases),
  runConformance: fixed(conformanceResult),
  listConformanceRuns: (_, { idleDev }) => (idleDev ? { items: [] } : conformanceRuns),
  getConformanceRun: fixed(conformanceResult),
  previewPackage: (_, { failingDev }) => {
    if (failingDev)
      throw new Refusal("package.invalid", "The folder holds what a package must not hold.", [
        { pointer: "/keys/provider.pem", message: "looks like a private key." },
      ]);
    return packagePreview;
  },
  packPlugin: fixed({}),
  previewUpgrade: (_, { idleDev }) => (idleDev ? upToDate : upgradePreview),
  downloadUpgrade: fixed({}),
  upgradePlugin: (_, { failingDev }) => {
    if (failingDev) throw new Refusal("upgrade.changed", "Its files are not those of the preview.");
    return upgraded;
  },

  ...recordAnswers,
  ...marketAnswers,

  sendMessage: fixed(messages.items[3]),
  listMessages: (_, { empty, firstRun }) => (empty || firstRun ? { items: [], counts: {} } : messages),
  getMessage: ({ params }) =>
    [deadMessage, failedOverMessage].find(({ id }) => id === params["message"]) ?? deliveredMessage,
  retryMessage: fixed(messages.items[1]),
  cancelMessage: fixed(messages.items[5]),
  discardMessage: fixed(messages.items[0]),
  resendMessage: fixed(messages.items[5]),
  uploadAttachment: fixed({ id: "01JD8R4KB2", contentType: "text/plain", size: 12, sha256: "00" }),
  downloadAttachment: fixed({}),
  listRoutes: fixed(routes),
  setRoute: fixed(routes.items[0]),
  rehearseFailover: fixed(routes.items[1]),
  listPracticeMessages: (_, { empty }) => (empty ? { items: [] } : practice),
  emptyPracticeMailbox: none,
};

const setupOf = (name = "encryption"): unknown => setups[name] ?? setups["encryption"];

const open: ReadonlySet<string> = new Set([
  "getBootstrap",
  "signIn",
  "completeSignIn",
  "createFirstAdministrator",
  "acceptInvitation",
]);

export function answer(id: OperationId, call: FakeCall, scenario: Scenario): unknown {
  if (scenario.signedOut && !open.has(id)) throw new Refusal("request.unauthenticated");
  const code = scenario.refuse?.[id];
  if (code !== undefined) {
    if (code === "request.step_up") delete scenario.refuse?.[id];
    throw new Refusal(code);
  }
  const answerer = answers[id];
  if (answerer === undefined) throw new Error(`the fake has no answer for ${id}`);
  return answerer(call, scenario);
}
