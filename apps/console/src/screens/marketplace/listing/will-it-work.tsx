import type { ListingDetail } from "@hilum/contract/api";
import { Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { Go } from "../../../shell/go.tsx";
import { day, many } from "../../../text/format.ts";

type Version = ListingDetail["versions"][number];

/** Whether the version that is looked at runs here, as sentences; what keeps it stands first. */
export function WillItWork({ listing, version }: { listing: ListingDetail; version: Version | undefined }) {
  const advisories = listing.sbom.advisories.length;
  const missing = listing.needs.filter(({ fits }) => !fits);
  return (
    <Panel title="Will it work here?">
      <ul className="stack sm">
        {version?.revoked !== undefined && (
          <li>
            <Status word="Taken back" />
            <p className="small dim">{version.revoked}</p>
          </li>
        )}
        {version?.yanked !== undefined && (
          <li>
            <Status word="Warning">Offered no more</Status>
            <p className="small dim">{version.yanked}</p>
          </li>
        )}
        {listing.deprecated !== undefined && (
          <li>
            <Status word="Deprecated" />
            <p className="small dim">{listing.deprecated}</p>
          </li>
        )}
        <li>
          {version?.unfit === undefined ? (
            <Status word="Passed" quiet>
              Fits this Hilum
            </Status>
          ) : (
            <>
              <Status word="Failed">Does not fit</Status>
              <p className="small dim">{version.unfit}</p>
            </>
          )}
        </li>
        {version?.coolingOffUntil !== undefined && (
          <li>
            <Status word="Queued">Waits until {day(version.coolingOffUntil)}</Status>
            <p className="small dim">It is newer than the source’s policy takes. A security fix does not wait.</p>
          </li>
        )}
        {missing.map(({ plugin, range, present }) => (
          <li key={plugin}>
            <Status word="Missing">Needs another plugin</Status>
            <p className="small dim">
              <Go to={`/marketplace/${plugin}`}>{plugin}</Go> {range}
              {present === undefined ? " is not here." : `; ${present} is here.`}
            </p>
          </li>
        ))}
        {listing.needs
          .filter(({ fits }) => fits)
          .map(({ plugin, present }) => (
            <li key={plugin}>
              <Status word="Passed" quiet>
                {plugin} {present} is here
              </Status>
            </li>
          ))}
        <li>
          {advisories === 0 ? (
            <Status word="Passed" quiet>
              No known weakness in its parts
            </Status>
          ) : (
            <>
              <Status word="Warning">{many(advisories, "known weakness", "known weaknesses")}</Status>
              <p className="small dim">
                See <a href="#parts">what it is made of</a>.
              </p>
            </>
          )}
        </li>
      </ul>
    </Panel>
  );
}
