import type { ReplicatedStore, StoreFault } from "@hilum/contract/api";
import { useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Go } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { many, moment } from "../../../text/format.ts";
import type { StoreKey } from "./store-words.ts";

/** Records that a store refused, each with its cause and mend. */
export function StoreFaults({ store: { title }, of }: { store: ReplicatedStore; of: StoreKey }) {
  const [cursor, setCursor] = useState<string>();
  const faults = useRead("listStoreFaults", { params: of, query: cursor === undefined ? {} : { cursor } });
  const [leaving, setLeaving] = useState<StoreFault>();
  return (
    <Panel flush title={`Refused by ${title}`}>
      <Loaded query={faults} what="what was refused">
        {({ items, next }) => (
          <>
            <TableRegion label={`Refused by ${title}`} minWidth={940}>
              <thead>
                <tr>
                  <th scope="col">Record</th>
                  <th scope="col">Why</th>
                  <th scope="col">What to do</th>
                  <th scope="col">Last attempt</th>
                  <th scope="col">
                    <span className="vh">Acts</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((fault) => (
                  <FaultRow key={fault.id} fault={fault} of={of} onLeave={() => setLeaving(fault)} />
                ))}
              </tbody>
            </TableRegion>
            <Paging cursor={cursor} next={next} onGo={setCursor} />
          </>
        )}
      </Loaded>
      {leaving !== undefined && (
        <LeaveDialog fault={leaving} of={of} title={title} onClose={() => setLeaving(undefined)} />
      )}
    </Panel>
  );
}

function FaultRow({ fault, of, onLeave }: { fault: StoreFault; of: StoreKey; onLeave(): void }) {
  const { type, record, version, title, reply, fix, attempts, lastAttemptAt } = fault;
  const name = `${type} ${record}`;
  return (
    <tr>
      <th scope="row">
        <Go to={`/records/${type}/${record}`}>{name}</Go>
        <span className="sub">Version {version}</span>
      </th>
      <td>
        {title}
        {reply !== undefined && <code className="sub">{reply}</code>}
      </td>
      <td>{fix}</td>
      <td className="num">
        {moment(lastAttemptAt)}
        <span className="sub">{many(attempts, "attempt")}</span>
      </td>
      <td>
        <FaultActs fault={fault} of={of} onLeave={onLeave} />
      </td>
    </tr>
  );
}

function FaultActs({ fault: { id, type, record }, of, onLeave }: { fault: StoreFault; of: StoreKey; onLeave(): void }) {
  const retry = useAct("retryStoreFault", ({ taken }) => (taken ? "The store has the record" : "It was refused again"));
  const mayLeave = useMay("dismissStoreFault");
  const name = `${type} ${record}`;
  return (
    <div className="row keep">
      <ActButton
        compact
        size="compact-sm"
        may={retry.may}
        running={retry.running}
        label={`Try again: ${name}`}
        onClick={() => void retry.run({ params: { ...of, fault: id } })}
      >
        Try again
      </ActButton>
      <ActButton compact size="compact-sm" may={mayLeave} label={`Leave out: ${name}`} onClick={onLeave}>
        Leave out
      </ActButton>
    </div>
  );
}

interface LeaveDialogProps {
  fault: StoreFault;
  of: StoreKey;
  title: string;
  onClose(): void;
}

function LeaveDialog({ fault: { id, type, record }, of, title, onClose }: LeaveDialogProps) {
  const leave = useAct("dismissStoreFault", "The record is left out");
  return (
    <ConfirmDialog
      title={`Leave ${type} ${record} out of ${title}?`}
      confirm="Leave out"
      reason="required"
      running={leave.running}
      problem={leave.problem}
      onClose={onClose}
      onConfirm={(reason) =>
        void leave.run({ params: { ...of, fault: id }, body: { reason } }).then((done) => {
          if (done !== undefined) onClose();
        })
      }
    >
      The store does not have this record as it is here. Its next change is handed over all the same.
    </ConfirmDialog>
  );
}
