import type { OwnMarketplace } from "@hilum/contract/api";
import type { Repository, Serving } from "@hilum/marketplace/sign";
import { NativeSelect } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { day, many } from "../../../text/format.ts";
import { KeeperDialog } from "./keeper-dialog.tsx";
import { servingTitles } from "./signers.ts";
import { expiryWord } from "./expiry.ts";

const roleNames = ["timestamp", "snapshot", "targets", "root"];

interface KeeperPanelProps {
  own: OwnMarketplace;
  repository: Repository;
  serving: Serving;
  onServing(serving: Serving): void;
}

/** What waits for the keeper's signature, and until when each role holds. */
export function KeeperPanel({ own, repository, serving, onServing }: KeeperPanelProps) {
  const may = useMay("publishRepository");
  const submissions = useRead("listSubmissions", { query: { state: "approved", limit: 50 } });
  const [signing, setSigning] = useState(false);
  const approved = submissions.data?.items ?? [];
  const due = own.expires.filter(({ role, state }) => roleNames.includes(role) && state !== "in_time");
  const targetsDue = due.some(({ role }) => role === "targets");
  return (
    <Panel
      title={
        approved.length > 0
          ? `${many(approved.length, "submission")} to take in`
          : due.length > 0
            ? "To be signed anew"
            : "Nothing to sign"
      }
      foot={
        <>
          <ActButton
            variant={approved.length + due.length > 0 ? "filled" : "default"}
            compact
            may={may}
            leftSection={<IconSignature size={16} aria-hidden />}
            onClick={() => setSigning(true)}
          >
            {approved.length > 0 ? "Sign and publish" : "Sign anew"}
          </ActButton>
          {own.waiting > 0 && <Go to="/marketplace/review">{many(own.waiting, "submission")} to be decided</Go>}
        </>
      }
    >
      <div className="stack md">
        <ul className="stack sm" aria-label="How long each role holds">
          {own.expires
            .filter(({ role }) => roleNames.includes(role))
            .toSorted((one, other) => roleNames.indexOf(one.role) - roleNames.indexOf(other.role))
            .map(({ role, at, state }) => (
              <li key={role} className="row">
                <Status word={expiryWord[state]} quiet={state === "in_time"}>
                  {role} {state === "expired" ? "ended" : "holds until"} {day(at)}
                </Status>
              </li>
            ))}
        </ul>
        <NativeSelect
          label="How it is served"
          description="How long the next signatures hold."
          maw={320}
          value={serving}
          data={Object.entries(servingTitles).map(([value, label]) => ({ value, label }))}
          onChange={(event) => onServing(event.currentTarget.value as Serving)}
        />
      </div>
      {signing && (
        <KeeperDialog
          repository={repository}
          serving={serving}
          approved={approved}
          targetsDue={targetsDue}
          onClose={() => setSigning(false)}
        />
      )}
    </Panel>
  );
}
