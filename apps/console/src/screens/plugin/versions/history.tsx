import type { PluginVersions } from "@hilum/contract/api";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { Go } from "../../../shell/go.tsx";
import { actorName, moment } from "../../../text/format.ts";
import { fromTo, installKindTitles, jobWord } from "../../marketplace/market-words.ts";

/** Who changed the version when, why, and how it ended. */
export function History({ rows }: { rows: PluginVersions["history"] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title="History" flush>
      <TableRegion label="History of versions, newest first" minWidth={560}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">How it ended</th>
            <th scope="col">By</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.job}>
              <th scope="row" className="num">
                <Go to={`/marketplace/installs/${row.job}`}>{moment(row.at)}</Go>
              </th>
              <td>
                {installKindTitles[row.kind]} {fromTo(row)}
                {row.reason !== undefined && <span className="sub">{row.reason}</span>}
              </td>
              <td>
                <Status word={jobWord[row.state]} quiet={row.state === "succeeded"} />
              </td>
              <td>{actorName(row.by)}</td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}
