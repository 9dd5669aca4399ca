import type { Repository, Serving } from "@hilum/marketplace/sign";
import { useState } from "react";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { bytes, shortHash } from "../../../text/format.ts";
import { AmendDialog } from "./amend-dialog.tsx";
import { publishedVersions, type PublishedVersion } from "./signers.ts";

/** Each version that is published, and what is done with one that should not be installed any more. */
export function PublishedPanel({ repository, serving }: { repository: Repository; serving: Serving }) {
  const [amending, setAmending] = useState<PublishedVersion>();
  const may = useMay("submitPublication");
  const versions = publishedVersions(repository);
  return (
    <Panel title="Published" flush>
      {versions.length === 0 ? (
        <Empty
          title="Nothing is published"
          action={<GoButton to="/marketplace/publish/new">Hand in the first</GoButton>}
        >
          A version is handed in by its publisher, approved by two other people, and taken in by the keeper.
        </Empty>
      ) : (
        <TableRegion label="Published versions" minWidth={560}>
          <thead>
            <tr>
              <th scope="col">Plugin</th>
              <th scope="col">Publisher</th>
              <th scope="col" className="r">
                Size
              </th>
              <th scope="col">
                <span className="vh">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((row) => (
              <tr key={row.digest}>
                <th scope="row">
                  <b className="strong">{row.plugin}</b> {row.version}
                  <code className="sub">{shortHash(row.digest)}</code>
                </th>
                <td>{row.publisher}</td>
                <td className="r num">{bytes(row.bytes)}</td>
                <td>
                  <ActButton
                    size="compact-sm"
                    compact
                    may={may}
                    label={`Take out or back: ${row.plugin} ${row.version}`}
                    onClick={() => setAmending(row)}
                  >
                    Take out or back
                  </ActButton>
                </td>
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
      {amending !== undefined && (
        <AmendDialog
          repository={repository}
          serving={serving}
          version={amending}
          onClose={() => setAmending(undefined)}
        />
      )}
    </Panel>
  );
}
