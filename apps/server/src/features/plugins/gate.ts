import { capabilities, hooksOf, phiClassOf, storageBrowserOf } from "@hilum/contract";
import type { Evidence, OwnPage } from "@hilum/contract/api";
import { keySetting, type SandboxReport } from "@hilum/host";
import { isServedScope } from "@hilum/contract";
import type { Configured } from "./load-instance.ts";
import { hilumVersion } from "../../version.ts";
import { judgeHostRange } from "./host-range.ts";
import { isReviewed, scopesOf } from "./scopes-of.ts";

/** What a reason can never override: without it there is nothing to run, nothing to run it in, or patient data that nobody can look into. */
const hard = new Set(["hilum", "sdk", "code", "capabilities", "storage", "settings", "sandbox"]);

export const isHard = (row: Evidence): boolean => row.status === "failed" && hard.has(row.id);

/** The checks of Enable that need no running process. Each names where its fix is made. */
export function checkGate(
  configured: Configured,
  sandbox: SandboxReport,
  revisionWaits: boolean,
  pages: readonly OwnPage[],
): Evidence[] {
  return [
    checkRevision(configured, revisionWaits),
    ...checkVersion(configured),
    checkCode(configured),
    checkCapabilities(configured),
    ...checkStorage(configured),
    checkSettings(configured),
    ...checkHooks(configured),
    checkAccess(configured),
    checkSandbox(configured, sandbox),
    ...checkPages(pages),
  ];
}

const page = ({ plugin, instance }: Configured, tab: string): string =>
  `/plugins/${plugin.id}${tab}?instance=${instance.instance}`;

function checkRevision(configured: Configured, waits: boolean): Evidence {
  const row = { id: "revision", title: "No change of the manifest waits" };
  if (!waits) return { ...row, status: "passed" };
  return {
    ...row,
    status: "failed",
    detail: "Another manifest was registered under this id and waits for a decision.",
    fix: "Compare and approve or reject it.",
    link: page(configured, ""),
  };
}

/** Registered where it fitted: Hilum may be another one since. */
function checkVersion({ manifest }: Configured): Evidence[] {
  if (manifest.requires?.hilum === undefined) return [];
  const row = { id: "hilum", title: "This version of Hilum fits" };
  const problem = judgeHostRange(manifest, hilumVersion);
  if (problem === undefined)
    return [{ ...row, status: "passed", detail: `${hilumVersion} is in ${manifest.requires.hilum}.` }];
  return [
    {
      ...row,
      status: "failed",
      detail: `It ${problem.message}.`,
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
    },
  ];
}

function checkCode(configured: Configured): Evidence {
  const row = { id: "code", title: "Code is present" };
  const { plugin, manifest } = configured;
  if (plugin.code === "waiting")
    return {
      ...row,
      status: "failed",
      detail: "The plugin was registered without code.",
      fix: "Link its folder under Plugins, Add, or register it as a remote plugin.",
      link: "/plugins/add",
    };
  if (plugin.code !== "host" && manifest.runtime === undefined)
    return {
      ...row,
      status: "failed",
      detail: "The manifest does not say how to run the code.",
      fix: "Add `runtime` with `kind` and `entry` to hilum.json and link the folder again.",
      link: "/plugins/add",
    };
  return {
    ...row,
    status: "passed",
    detail:
      plugin.code === "remote"
        ? "Runs elsewhere and connects in."
        : plugin.code === "host"
          ? "Part of Hilum itself."
          : "Runs here.",
  };
}

function checkCapabilities({ manifest }: Configured): Evidence {
  const row = { id: "capabilities", title: "This version serves its capabilities" };
  const missing = manifest.capabilities.filter((name) => !capabilities[name].served);
  if (missing.length === 0) return { ...row, status: "passed" };
  return {
    ...row,
    status: "failed",
    detail: `Not served yet: ${missing.join(", ")}.`,
    fix: "Update Hilum, or register the plugin without them.",
  };
}

/** Patient data that a plugin keeps must be as searchable, masked, held and shown as any other: through the Storage Browser. */
function checkStorage({ manifest }: Configured): Evidence[] {
  if (phiClassOf(manifest) !== "store") return [];
  const row = { id: "storage", title: "What it keeps can be seen in Records" };
  const missing = [
    ...(manifest.capabilities.includes("store_records")
      ? []
      : ["the capability `store_records`, by which Hilum reads what it keeps"]),
    ...(storageBrowserOf(manifest) === undefined
      ? ["`storage.browser`, by which the Storage Browser shows what it keeps"]
      : []),
  ];
  if (missing.length === 0) return [{ ...row, status: "passed" }];
  return [
    {
      ...row,
      status: "failed",
      detail: `The plugin keeps patient data, and its manifest lacks ${missing.join(" and ")}.`,
      fix: 'Add what is missing to hilum.json ("storage": {"browser": true}), answer the methods `records.*`, and register the plugin again; a plugin that keeps no patient data declares no `classification` of `store`.',
    },
  ];
}

function checkSettings(configured: Configured): Evidence {
  const row = { id: "settings", title: "Settings are valid" };
  const [first] = configured.problems;
  if (first === undefined) return { ...row, status: "passed" };
  return {
    ...row,
    status: "failed",
    cause: "configuration",
    detail: `${first.pointer.replace(/^\//, "")}: ${first.message}.`,
    fix: first.fix ?? "Correct it in Setup or Settings.",
    field: first.pointer,
    link: page(configured, configured.manifest.setup === undefined ? "/settings" : "/setup"),
  };
}

/** A hook whose key is not set refuses everything; a person may want that until the vendor has given it. */
function checkHooks(configured: Configured): Evidence[] {
  const { manifest, values, secretsPresent } = configured;
  const hooks = hooksOf(manifest);
  if (hooks.length === 0) return [];
  const row = { id: "hooks", title: "Webhooks can be checked" };
  const [first, ...others] = hooks.filter(({ signature }) => {
    const name = keySetting(signature);
    return signature.scheme === "ed25519" ? (values[name] ?? "") === "" : !secretsPresent.includes(name);
  });
  if (first === undefined) return [{ ...row, status: "passed" }];
  return [
    {
      ...row,
      status: "warning",
      cause: "configuration",
      detail: `Without their secret these refuse whatever arrives: ${[first, ...others].map(({ title }) => title).join(", ")}.`,
      fix: "Enter the secret that the vendor shows.",
      field: `/${keySetting(first.signature)}`,
      link: page(configured, manifest.setup === undefined ? "/settings" : "/setup"),
    },
  ];
}

function checkAccess(configured: Configured): Evidence {
  const row = { id: "access", title: "Access is decided" };
  const states = scopesOf(configured.manifest, configured.values, configured.grants);
  const link = page(configured, "/access");
  const unserved = states.find(({ parsed, decision }) => decision === "granted" && !isServedScope(parsed));
  if (unserved !== undefined)
    return {
      ...row,
      status: "failed",
      detail: `This version does not serve \`${unserved.scope}\` yet.`,
      fix: "Deny it, or update Hilum.",
      link,
    };
  if (isReviewed(states))
    return {
      ...row,
      status: "passed",
      detail:
        states.length === 0
          ? "The plugin asks for nothing."
          : `${states.filter(({ decision }) => decision === "granted").length} of ${states.length} granted.`,
    };
  const stale = states.some((state) => state.stale);
  return {
    ...row,
    status: "failed",
    detail: stale
      ? "A setting changed after the grant, which covers the old destination."
      : "A scope that the plugin asks for is not decided.",
    fix: "Review access and grant or deny each.",
    link,
  };
}

function checkSandbox(configured: Configured, report: SandboxReport): Evidence {
  const row = { id: "sandbox", title: "It is isolated" };
  const { plugin, manifest } = configured;
  if (plugin.code === "host") return { ...row, status: "passed", detail: "Code of Hilum itself needs no sandbox." };
  if (plugin.code === "remote") {
    if (phiClassOf(manifest) === "none")
      return {
        ...row,
        status: "warning",
        detail: "Not sandboxed: it runs on another machine. It gets no patient data.",
      };
    return {
      ...row,
      id: "remote",
      status: "failed",
      detail: "Not sandboxed: it runs on another machine and would get patient data.",
      fix: "An administrator may allow this with a reason.",
    };
  }
  if (report.level === "isolated")
    return {
      ...row,
      status: "passed",
      detail: `${report.controls.filter(({ state }) => state === "active").length} of ${report.controls.length} controls hold.`,
    };
  return {
    ...row,
    status: "failed",
    detail: report.reason ?? "Plugins cannot be isolated on this machine.",
    fix: report.fix ?? "Open Settings, Sandbox.",
    link: "/settings/sandbox",
  };
}

/** Changed files are accepted by enabling; a file that cannot be served is a mistake of the plugin. */
function checkPages(pages: readonly OwnPage[]): Evidence[] {
  if (pages.length === 0) return [];
  const row = { id: "pages", title: "Its own pages can be shown" };
  const bad = pages.filter(({ problem }) => problem !== undefined);
  const [first] = bad;
  if (first?.problem === undefined)
    return [{ ...row, status: "passed", detail: `${pages.length} of ${pages.length}.` }];
  const changed = bad.every(({ problem }) => problem?.code === "page.changed");
  return [
    {
      ...row,
      status: changed ? "warning" : "failed",
      detail: `${first.title}: ${first.problem.why}`,
      fix: changed ? "Enabling accepts the files as they are now." : first.problem.fix,
    },
  ];
}
