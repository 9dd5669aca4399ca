import type { PluginVersions } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { actorName, moment } from "../../../text/format.ts";
import { packageWord } from "../../marketplace/market-words.ts";
import { RollBackDialog } from "./roll-back-dialog.tsx";

type Kept = PluginVersions["kept"][number];

interface KeptTableProps {
  plugin: string;
  name: string;
  kept: readonly Kept[];
  now: string | undefined;
}

/** Versions on the disk that do not run: each can be gone back to, or deleted. */
export function KeptTable({ plugin, name, kept, now }: KeptTableProps) {
  const forget = useAct("forgetVersion", "The version is deleted");
  const [back, setBack] = useState<Kept>();
  const [gone, setGone] = useState<Kept>();
  return (
    <Panel title="Kept for the way back" flush>
      <TableRegion label="Kept versions" minWidth={640}>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Its bytes</th>
            <th scope="col">Installed</th>
            <th scope="col">Do</th>
          </tr>
        </thead>
        <tbody>
          {kept.map((row) => (
            <tr key={row.digest}>
              <th scope="row">
                <b className="strong">{row.version}</b>
                {row.publisher !== undefined && <span className="sub">{row.publisher}</span>}
              </th>
              <td>
                <Status word={packageWord[row.status]} quiet={row.status === "verified" || row.status === "signed"} />
              </td>
              <td className="num">
                {moment(row.installedAt)}
                <span className="sub">{actorName(row.installedBy)}</span>
              </td>
              <td>
                <KeptActs name={name} row={row} onBack={() => setBack(row)} onForget={() => setGone(row)} />
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
      {back !== undefined && (
        <RollBackDialog plugin={plugin} kept={back} now={now} onClose={() => setBack(undefined)} />
      )}
      {gone !== undefined && (
        <ConfirmDialog
          title={`Delete version ${gone.version}?`}
          confirm="Delete it"
          danger
          running={forget.running}
          problem={forget.problem}
          onClose={() => setGone(undefined)}
          onConfirm={() =>
            void forget
              .run({ params: { plugin, digest: gone.digest } })
              .then((done) => done !== undefined && setGone(undefined))
          }
        >
          Its files leave the disk, and there is no way back to it. It can be installed again where a source still
          offers it.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

interface KeptActsProps {
  name: string;
  row: Kept;
  onBack(): void;
  onForget(): void;
}

function KeptActs({ name, row: { version, rollBack }, onBack, onForget }: KeptActsProps) {
  const mayRollBack = useMay("rollBackPlugin");
  const mayForget = useMay("forgetVersion");
  return (
    <div className="row">
      <ActButton
        size="compact-sm"
        compact={rollBack.possible}
        may={mayRollBack}
        blocked={rollBack.possible ? undefined : [rollBack.why, rollBack.instead].join(" ")}
        label={`Roll back to ${version} of ${name}`}
        onClick={onBack}
      >
        Roll back
      </ActButton>
      <ActButton size="compact-sm" compact may={mayForget} label={`Delete ${version} of ${name}`} onClick={onForget}>
        Delete
      </ActButton>
    </div>
  );
}
