import type { Repair } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { StatusIcon, toneOf } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { GoButton } from "../../shell/go.tsx";
import { moment } from "../../text/format.ts";
import { causeWords, severityWord } from "../../text/words.ts";
import { MendButton } from "./mend-button.tsx";
import { SnoozeDialog } from "./snooze-dialog.tsx";

interface RepairListProps {
  repairs: readonly Repair[];
  limit?: number;
  /** Offers to put a problem off. */
  snoozable?: boolean;
  /** Nothing here is the next best action. */
  quiet?: boolean;
  renderNote?(repair: Repair): string;
  renderAct?(repair: Repair): ReactNode;
}

/** Open problems, worst first, each with the button that begins or leads to its mend. */
export function RepairList({
  repairs,
  limit,
  snoozable = false,
  quiet = false,
  renderNote,
  renderAct,
}: RepairListProps) {
  const [asking, setAsking] = useState<Repair>();
  const may = useMay("snoozeRepair");
  return (
    <>
      <ul className="problems">
        {repairs.slice(0, limit).map((repair, at) => {
          const word = severityWord[repair.severity];
          return (
            <li key={repair.id} data-tone={toneOf(word)}>
              <span className="ic">
                <StatusIcon word={word} size={20} />
              </span>
              <div>
                <h3>{repair.title}</h3>
                <span className="small dim">
                  {repair.severity}
                  {repair.cause !== undefined && `, ${causeWords[repair.cause]}`}, since {moment(repair.since)}
                </span>
                <p className="why">
                  {repair.why} {repair.fix}
                </p>
                {renderNote !== undefined && <p className="why">{renderNote(repair)}</p>}
              </div>
              <div className="act">
                {renderAct?.(repair)}
                {repair.mend !== undefined && <MendButton repair={repair} filled={at === 0 && !quiet} />}
                <GoButton
                  to={repair.link.to}
                  variant={at === 0 && !quiet && repair.mend === undefined ? "filled" : "default"}
                  label={`${repair.link.label}: ${repair.title}`}
                >
                  {repair.link.label}
                </GoButton>
                {snoozable && may.allowed && repair.severity !== "critical" && (
                  <Button variant="subtle" aria-label={`Put off: ${repair.title}`} onClick={() => setAsking(repair)}>
                    Put off
                  </Button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {asking !== undefined && <SnoozeDialog repair={asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}
