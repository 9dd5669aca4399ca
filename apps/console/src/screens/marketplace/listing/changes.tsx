import type { ListingDetail } from "@hilum/contract/api";
import { Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { Go } from "../../../shell/go.tsx";
import { bytes, day } from "../../../text/format.ts";

type Version = ListingDetail["versions"][number];

/** Every version with what changed in it, newest first. */
export function Changes({
  versions,
  shown,
  pathOf,
}: {
  versions: readonly Version[];
  shown: string;
  pathOf(version: string): string;
}) {
  return (
    <Panel title="Versions and what changed" flush>
      <ol className="changes">
        {versions.map((row) => (
          <li key={row.digest}>
            <div className="row between">
              <span className="row">
                <h3>
                  {row.version === shown ? (
                    row.version
                  ) : (
                    <Go to={pathOf(row.version)}>
                      {row.version}
                      <span className="vh"> of this plugin</span>
                    </Go>
                  )}
                </h3>
                <VersionFlags row={row} />
              </span>
              <span className="small dim num">
                {day(row.publishedAt)}, {bytes(row.bytes)}
              </span>
            </div>
            <p className="plain small">{row.changelog}</p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** What is to be known of a version beside its number. */
export function VersionFlags({ row }: { row: Version }) {
  return (
    <>
      {row.installed && (
        <Status word="Active" quiet>
          Runs here
        </Status>
      )}
      {row.security && <Status word="Security update">Mends a weakness</Status>}
      {row.revoked !== undefined && <Status word="Taken back" />}
      {row.yanked !== undefined && <Status word="Warning">Offered no more</Status>}
      {row.coolingOffUntil !== undefined && <Status word="Queued">Waits until {day(row.coolingOffUntil)}</Status>}
      {row.unfit !== undefined && <Status word="Refused">Does not fit</Status>}
    </>
  );
}
