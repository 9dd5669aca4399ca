import type { EgressHost } from "@hilum/contract/api";
import { TableRegion } from "../../look/panel.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { Go } from "../../shell/go.tsx";
import { disclosureSaid } from "../../text/disclosure.ts";
import { bytes, many } from "../../text/format.ts";

/** Every host that the plugin asks to reach: by which right, under which agreement, with which secret. */
export function EgressHosts({ hosts }: { hosts: readonly EgressHost[] }) {
  return (
    <TableRegion label="Where it may send" minWidth={900}>
      <thead>
        <tr>
          <th scope="col">Destination</th>
          <th scope="col">Access</th>
          <th scope="col">Patient data</th>
          <th scope="col">Secret</th>
          <th scope="col">Last 24 hours</th>
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <HostRow key={`${host.kind} ${host.destination ?? host.title} ${host.host ?? ""}`} host={host} />
        ))}
      </tbody>
    </TableRegion>
  );
}

const accessWords: Record<EgressHost["access"], Word> = {
  granted: "Granted",
  denied: "Denied",
  undecided: "Not decided",
  stale: "Setting changed",
};

const authWords: Record<NonNullable<EgressHost["auth"]>, string> = {
  basic: "user name and password",
  bearer: "bearer token",
  header: "a header of its own",
  oauth2: "a token of the sign-in",
  client_credentials: "a token that Hilum gets for itself",
};

function HostRow({ host: { title, host, port, requests, kind, access, auth, disclosure, day } }: { host: EgressHost }) {
  const [word, text] = disclosureSaid(disclosure);
  return (
    <tr>
      <th scope="row">
        <b className="strong">{kind === "tunnel" ? "Tunnel" : title}</b>
        {kind === "tunnel" && <span className="sub">{title}</span>}
        <code className="sub">{host === undefined ? "a setting names it" : `${host}:${port ?? ""}`}</code>
        {requests.map(({ method, path }) => (
          <code className="sub" key={`${method} ${path}`}>
            {method} {path}
          </code>
        ))}
      </th>
      <td>
        <Status word={accessWords[access]} quiet={access === "granted"} />
      </td>
      <td>
        <Status word={word} quiet={word === "Active"}>
          {text}
        </Status>
        {disclosure.vendor !== undefined && (
          <span className="sub">
            <Go to={`/vendors/${disclosure.vendor.id}`}>{disclosure.vendor.name}</Go>
          </span>
        )}
      </td>
      <td>
        {kind === "tunnel" ? (
          <span className="dim">the plugin’s own</span>
        ) : auth === undefined ? (
          <span className="dim">none</span>
        ) : (
          <>
            Held by Hilum
            <span className="sub">sent as {authWords[auth]}</span>
          </>
        )}
      </td>
      <td className="num nowrap">
        {many(day.requests, "call")}
        {day.denied > 0 && <span className="sub">{day.denied} refused</span>}
        <span className="sub">{bytes(day.bytesOut)} sent</span>
      </td>
    </tr>
  );
}
