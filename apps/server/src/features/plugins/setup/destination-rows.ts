import type { Evidence } from "@hilum/contract/api";
import type { ProbeReport, TlsFacts } from "@hilum/host";

/** A destination that was looked at, with the settings that its scope names. */
export interface LookedAt {
  report: ProbeReport;
  hostSetting?: string;
  portSetting?: string;
}

const warnDays = 14;

/** What the host found on the way to a destination, as rows: is there an address, does something answer, who is it. */
export function destinationRows({ report, ...settings }: LookedAt, now: Date): Evidence[] {
  const { name, connect, tls } = report;
  const rows = [nameRow(report, settings)];
  if (name.refused !== undefined || connect === undefined) return rows;
  if (report.protocol === "tcp" || connect.refused !== undefined) return [...rows, connectRow(report, settings)];
  return tls === undefined ? rows : [...rows, tlsRow(report, tls, settings, now)];
}

type Settings = Omit<LookedAt, "report">;

const at = (setting: string | undefined): { field?: string } => (setting === undefined ? {} : { field: `/${setting}` });
const idOf = (what: string, { host, port }: ProbeReport): string => `${what}:${host}:${port}`.slice(0, 100);

function nameRow(report: ProbeReport, { hostSetting }: Settings): Evidence {
  const { host, name } = report;
  const literal = /^[\d.]+$|^\[/.test(host);
  const title = literal ? `${host} may be reached` : `${host} has an address`;
  const row = { id: idOf("dns", report), title, durationMs: name.ms };
  if (name.refused === undefined && literal) return { ...row, status: "passed", detail: "It is an address by itself." };
  if (name.refused === undefined)
    return {
      ...row,
      status: "passed",
      detail:
        name.addresses === 1
          ? "One address, which may be reached."
          : `${name.addresses} addresses, and all may be reached.`,
    };
  const { code, reason } = name.refused;
  if (code === "destination.not_public")
    return {
      ...row,
      status: "failed",
      cause: "configuration",
      detail:
        reason === "address.metadata" || reason === "address.own"
          ? "It leads to an address that no plugin may reach: this machine's own, or a service of its cloud."
          : "It leads to an address inside a private network, and no such range is open to plugins.",
      fix: "Correct the host. If the server is your own, an administrator opens its address range under Settings.",
      ...at(hostSetting),
      ...(hostSetting === undefined ? { link: "/settings" } : {}),
    };
  if (code === "provider.unreachable")
    return {
      ...row,
      status: "failed",
      cause: "network",
      detail: `No address is known for ${host}.`,
      fix: "Check the spelling of the host; if it is right, the name server of this machine's network does not know it.",
      ...at(hostSetting),
    };
  return {
    ...row,
    status: "failed",
    cause: "configuration",
    detail: "The destination may not be reached by this plugin.",
    fix: "Correct host and port so that they are what the plugin asks for under Access.",
    ...at(hostSetting),
  };
}

function connectRow(report: ProbeReport, { portSetting, hostSetting }: Settings): Evidence {
  const { host, port, connect } = report;
  const row = { id: idOf("connect", report), title: `${host} answers on port ${port}`, durationMs: connect?.ms ?? 0 };
  const code = connect?.refused?.code;
  if (code === undefined)
    return { ...row, status: "passed", detail: "A connection was made and closed; nothing was said." };
  if (code === "ECONNREFUSED")
    return {
      ...row,
      status: "failed",
      cause: "network",
      detail: `The machine is there, and nothing listens on port ${port}.`,
      fix: "Correct the port, or ask the provider whether the service runs.",
      ...at(portSetting ?? hostSetting),
    };
  const late = code === "timeout" || code === "ETIMEDOUT";
  return {
    ...row,
    status: "failed",
    cause: late ? "timeout" : "network",
    detail: late ? "No connection was made within ten seconds." : "The network leads nowhere.",
    fix: "Check host and port; a firewall between here and there may have to let this machine through.",
    ...at(hostSetting),
  };
}

const trustOwn = "Correct the host. If the server is your own, an administrator adds its authority under Settings.";

const tlsFaults: Record<NonNullable<TlsFacts["fault"]>, Pick<Evidence, "cause" | "detail" | "fix">> = {
  expired: {
    cause: "certificate",
    detail: "The certificate has expired.",
    fix: "The provider must renew it; nothing here needs a change. Run the checks again when it has.",
  },
  not_yet_valid: {
    cause: "certificate",
    detail: "The certificate is not valid yet.",
    fix: "Check the clock of this machine; if it is right, the provider must correct the certificate.",
  },
  wrong_name: {
    cause: "certificate",
    detail: "The certificate is of another host.",
    fix: "Correct the host to the name that the provider gives: the certificate does not hold for this one.",
  },
  self_signed: {
    cause: "certificate",
    detail: "The certificate is signed by itself alone.",
    fix: trustOwn,
  },
  untrusted: {
    cause: "certificate",
    detail: "The certificate is signed by an authority that is not trusted here.",
    fix: trustOwn,
  },
  not_tls: {
    cause: "configuration",
    detail: "What answers does not speak TLS.",
    fix: "Correct the port: this one is for connections without encryption, or for another service.",
  },
  timeout: {
    cause: "timeout",
    detail: "The handshake did not end within ten seconds.",
    fix: "Look at the provider's status page, and run the checks again.",
  },
  closed: {
    cause: "provider_down",
    detail: "The connection was closed during the handshake.",
    fix: "Look at the provider's status page; a firewall between here and there can do this as well.",
  },
};

const mendedElsewhere: ReadonlySet<NonNullable<TlsFacts["fault"]>> = new Set(["expired", "not_yet_valid"]);

function tlsRow(
  report: ProbeReport,
  tls: TlsFacts & { ms: number },
  { hostSetting, portSetting }: Settings,
  now: Date,
): Evidence {
  const { host, port } = report;
  const row = {
    id: idOf("tls", report),
    title: `${host} proves who it is, encrypted`,
    durationMs: (report.connect?.ms ?? 0) + tls.ms,
  };
  if (tls.fault !== undefined)
    return {
      ...row,
      status: "failed",
      ...tlsFaults[tls.fault],
      // What is mended elsewhere leads to no field: whoever changed the host there would lose the right one.
      ...(mendedElsewhere.has(tls.fault)
        ? {}
        : at(tls.fault === "not_tls" ? (portSetting ?? hostSetting) : hostSetting)),
      ...((tls.fault === "untrusted" || tls.fault === "self_signed") && hostSetting === undefined
        ? { link: "/settings" }
        : {}),
    };
  const version = tls.version.replace("TLSv", "TLS ");
  const detail = `Port ${port}, ${version}${tls.validTo === undefined ? "" : `, certificate valid to ${day(tls.validTo)}`}.`;
  const daysLeft = tls.validTo === undefined ? Infinity : (tls.validTo.getTime() - now.getTime()) / 86_400_000;
  if (daysLeft > warnDays) return { ...row, status: "passed", detail };
  return { ...row, status: "warning", detail, fix: "The provider must renew its certificate soon." };
}

const dayFormat = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});
const day = (date: Date): string => dayFormat.format(date);
