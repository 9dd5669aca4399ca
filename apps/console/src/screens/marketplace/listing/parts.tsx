import type { ListingDetail } from "@hilum/contract/api";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { many } from "../../../text/format.ts";

type Sbom = ListingDetail["sbom"];
const severityWord: Readonly<Record<Sbom["advisories"][number]["severity"], Word>> = {
  critical: "Critical",
  high: "Failing",
  moderate: "Warning",
  low: "Note",
};

/** The parts that its code is made of, their licences, and weaknesses that are known of them. */
export function Parts({ sbom: { components, licenses, advisories } }: { sbom: Sbom }) {
  return (
    <div id="parts">
      <Panel
        title="What it is made of"
        flush
        end={<span className="small dim">{many(components, "part")}</span>}
        foot={
          <span>
            {licenses.length === 0
              ? "It lists no part of others."
              : licenses.map(({ license, count: parts }) => `${license}: ${parts}`).join(", ")}
          </span>
        }
      >
        {advisories.length === 0 ? (
          <p className="dim" style={{ padding: "0 20px 16px" }}>
            No weakness is known of its parts.
          </p>
        ) : (
          <TableRegion label="Known weaknesses" minWidth={560}>
            <thead>
              <tr>
                <th scope="col">Weakness</th>
                <th scope="col">How bad</th>
                <th scope="col">In</th>
                <th scope="col">Mended in</th>
              </tr>
            </thead>
            <tbody>
              {advisories.map(({ id, severity, component, title, fixedIn }) => (
                <tr key={`${id} ${component}`}>
                  <th scope="row">
                    {title}
                    <code className="sub">{id}</code>
                  </th>
                  <td>
                    <Status word={severityWord[severity]}>{severity}</Status>
                  </td>
                  <td>
                    <code>{component}</code>
                  </td>
                  <td>{fixedIn ?? <span className="dim">not yet</span>}</td>
                </tr>
              ))}
            </tbody>
          </TableRegion>
        )}
      </Panel>
    </div>
  );
}
