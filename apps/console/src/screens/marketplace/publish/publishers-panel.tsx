import type { OwnMarketplace } from "@hilum/contract/api";
import { filesOf, type Repository, type Serving } from "@hilum/marketplace/sign";
import { useState } from "react";
import { Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { day, many, shortHash } from "../../../text/format.ts";
import { LetInDialog } from "./let-in-dialog.tsx";
import { expiryWord } from "./expiry.ts";

interface PublishersPanelProps {
  own: OwnMarketplace;
  repository: Repository;
  serving: Serving;
}

/** Who signs below which name, and until when that holds. */
export function PublishersPanel({ own, repository, serving }: PublishersPanelProps) {
  const may = useMay("publishRepository");
  const [letting, setLetting] = useState(false);
  const roles = repository.targets.signed.delegations?.roles ?? [];
  return (
    <Panel
      title="Publishers"
      flush
      end={
        <ActButton compact may={may} onClick={() => setLetting(true)}>
          Let a publisher in
        </ActButton>
      }
    >
      {roles.length === 0 ? (
        <p className="dim" style={{ padding: "0 20px 16px" }}>
          Nobody may publish yet. A publisher signs below its own name and nowhere else.
        </p>
      ) : (
        <ul>
          {roles.map(({ name, keyids, threshold }) => {
            const expiry = own.expires.find(({ role }) => role === name);
            return (
              <li key={name} className="ev" style={{ gridTemplateColumns: "minmax(0, 1fr) auto" }}>
                <div>
                  <h3>{name}</h3>
                  <p className="t2">
                    {many(keyids.length, "key")}, {threshold} must sign: {keyids.map(shortHash).join(", ")}
                  </p>
                </div>
                <div className="end row">
                  {many(Object.keys(filesOf(repository.publishers[name])).length, "file")}
                  {expiry !== undefined && (
                    <Status word={expiryWord[expiry.state]} quiet={expiry.state === "in_time"}>
                      until {day(expiry.at)}
                    </Status>
                  )}
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {letting && <LetInDialog repository={repository} serving={serving} onClose={() => setLetting(false)} />}
    </Panel>
  );
}
