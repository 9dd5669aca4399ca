import type { PluginVersions } from "@hilum/contract/api";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { bytes, day } from "../../../text/format.ts";
import { VersionFlags } from "../../marketplace/listing/changes.tsx";

interface OfferedTableProps {
  plugin: string;
  offered: PluginVersions["offered"];
  held: boolean;
  onChoose(version: string): void;
}

/** What the sources offer, newest first, with what changed. */
export function OfferedTable({ plugin, offered, held, onChoose }: OfferedTableProps) {
  const may = useMay("previewInstall");
  return (
    <Panel title="Offered" flush end={<Go to={`/marketplace/${plugin}`}>Its listing</Go>}>
      <TableRegion label="Offered versions, newest first" minWidth={640}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">What changed</th>
            <th scope="col">Published</th>
            <th scope="col">Do</th>
          </tr>
        </thead>
        <tbody>
          {offered.map((row) => (
            <tr key={row.digest}>
              <th scope="row">
                <b className="strong">{row.version}</b>
                <span className="stack xs" style={{ justifyItems: "start" }}>
                  <VersionFlags row={row} />
                </span>
              </th>
              <td>
                <span className="plain">{row.changelog}</span>
              </td>
              <td className="num nowrap">
                {day(row.publishedAt)}
                <span className="sub">{bytes(row.bytes)}</span>
              </td>
              <td>
                <ActButton
                  size="compact-sm"
                  compact
                  may={may}
                  blocked={
                    held && !row.installed
                      ? "The plugin is held at its version."
                      : row.revoked === undefined
                        ? undefined
                        : "Its publisher took it back."
                  }
                  label={`${row.installed ? "Install again" : "Review"} ${row.version}`}
                  onClick={() => onChoose(row.version)}
                >
                  {row.installed ? "Install again" : "Review"}
                </ActButton>
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}
