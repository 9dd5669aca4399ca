import "../records.css";
import type { Hold } from "@hilum/contract/api";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { maskedClass, permissionTo, targetPath } from "../record-words.ts";
import { HoldDialog } from "./hold-dialog.tsx";

export function HoldsScreen() {
  return (
    <Guarded operation="listHolds" title="Legal holds">
      <Holds />
    </Guarded>
  );
}

function Holds() {
  const holds = useRead("listHolds", {});
  const [lifting, setLifting] = useState<Hold>();
  return (
    <Page
      title="Legal holds"
      lead={
        holds.data === undefined
          ? undefined
          : `${many(holds.data.items.length, "hold")}. What is held cannot be deleted, purged or destroyed by anybody.`
      }
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Legal holds" />}
      reads={[holds]}
      calls={[["listHolds"]]}
      offers={["liftHold"]}
    >
      <Loaded query={holds} what="the legal holds">
        {({ items }) => (
          <Panel flush label="Legal holds">
            {items.length === 0 ? (
              <Empty title="Nothing is held" action={<GoButton to="/records">All records</GoButton>}>
                When a lawsuit or an inquiry needs records kept as they are, open the record or the patient and put it
                under a legal hold.
              </Empty>
            ) : (
              <HoldTable items={items} onLift={setLifting} />
            )}
          </Panel>
        )}
      </Loaded>
      {lifting !== undefined && (
        <HoldDialog target={lifting.target} title={lifting.title} lift onClose={() => setLifting(undefined)} />
      )}
    </Page>
  );
}

function HoldTable({ items, onLift }: { items: readonly Hold[]; onLift(hold: Hold): void }) {
  return (
    <TableRegion label="Legal holds" minWidth={640}>
      <thead>
        <tr>
          <th scope="col">What is held</th>
          <th scope="col">Why</th>
          <th scope="col">By</th>
          <th scope="col">
            <span className="vh">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((hold) => {
          const may = permissionTo("liftHold", hold.can);
          return (
            <tr key={targetPath(hold.target)}>
              <th scope="row">
                <Go className="name" to={targetPath(hold.target)}>
                  <span className={maskedClass(hold.title)}>{hold.title}</span>
                </Go>
                <span className="sub">
                  {"patient" in hold.target ? "All records of a patient" : hold.target.record.type}
                </span>
              </th>
              <td>{hold.reason}</td>
              <td>
                {actorName(hold.by)}
                <span className="sub num">{moment(hold.at)}</span>
              </td>
              <td>
                {may !== undefined && (
                  <ActButton
                    compact
                    size="compact-sm"
                    may={may}
                    label={`Lift the hold on ${hold.title}`}
                    onClick={() => onLift(hold)}
                  >
                    Lift
                  </ActButton>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </TableRegion>
  );
}
