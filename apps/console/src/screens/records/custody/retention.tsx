import "../records.css";
import type { RetentionRule } from "@hilum/contract/api";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { actorName, bytes, count, many, moment } from "../../../text/format.ts";
import { RecordIcon } from "../record-icon.tsx";
import { RecordTabs } from "../record-tabs.tsx";
import { PurgeDialog } from "./purge-dialog.tsx";
import { RetentionDialog } from "./retention-dialog.tsx";

export function RetentionScreen() {
  return (
    <Guarded operation="getRetention" title="Retention">
      <Retention />
    </Guarded>
  );
}

function Retention() {
  const rules = useRead("getRetention", {});
  const [changing, setChanging] = useState<RetentionRule>();
  const [purging, setPurging] = useState<RetentionRule>();
  return (
    <Page
      title="Retention"
      lead="How long versions are kept that were replaced or deleted. Current records stay until somebody deletes them, and a legal hold keeps everything."
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Retention" />}
      reads={[rules]}
      calls={[["getRetention"], ["previewPurge", { params: { type: "Observation" }, body: { keepDays: 3650 } }]]}
      offers={["setRetention", "purgeRecords"]}
    >
      <Loaded query={rules} what="the rules">
        {({ items }) => (
          <Panel flush label="Rules of retention">
            {items.length === 0 ? (
              <Empty title="No records yet" action={<GoButton to="/records">Records</GoButton>}>
                As soon as a record of a type is stored, its rule can be set here.
              </Empty>
            ) : (
              <RuleTable items={items} onChange={setChanging} onPurge={setPurging} />
            )}
          </Panel>
        )}
      </Loaded>
      {changing !== undefined && <RetentionDialog rule={changing} onClose={() => setChanging(undefined)} />}
      {purging !== undefined && <PurgeDialog rule={purging} onClose={() => setPurging(undefined)} />}
    </Page>
  );
}

interface RuleTableProps {
  items: readonly RetentionRule[];
  onChange(rule: RetentionRule): void;
  onPurge(rule: RetentionRule): void;
}

function RuleTable({ items, onChange, onPurge }: RuleTableProps) {
  return (
    <TableRegion label="Rules of retention" minWidth={820}>
      <thead>
        <tr>
          <th scope="col">Type</th>
          <th scope="col">Old versions</th>
          <th scope="col" className="r">
            Records
          </th>
          <th scope="col" className="r">
            Versions
          </th>
          <th scope="col">Last purge</th>
          <th scope="col">
            <span className="vh">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((rule) => (
          <tr key={rule.type}>
            <th scope="row">
              <span className="row">
                <RecordIcon name={rule.icon} />
                {rule.label}
              </span>
            </th>
            <td>
              {keepWords(rule.keepDays)}
              {rule.setBy !== undefined && (
                <span className="sub">
                  {actorName(rule.setBy)}
                  {rule.setAt !== undefined && `, ${moment(rule.setAt)}`}
                </span>
              )}
            </td>
            <td className="r num">{count(rule.records)}</td>
            <td className="r num">
              {count(rule.versions)}
              <span className="sub">{bytes(rule.bytes)}</span>
            </td>
            <td>
              {rule.purged === undefined ? (
                <span className="dim">never</span>
              ) : (
                <>
                  <span className="num">{moment(rule.purged.at)}</span>
                  <span className="sub">
                    {many(rule.purged.versions, "version")}, {actorName(rule.purged.by)}
                  </span>
                </>
              )}
            </td>
            <td>
              <RuleActs rule={rule} onChange={onChange} onPurge={onPurge} />
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function RuleActs({ rule, onChange, onPurge }: { rule: RetentionRule } & Omit<RuleTableProps, "items">) {
  const maySet = useMay("setRetention");
  const mayPurge = useMay("purgeRecords");
  return (
    <div className="row keep">
      <ActButton
        compact
        size="compact-sm"
        may={maySet}
        label={`Change the rule of ${rule.label}`}
        onClick={() => onChange(rule)}
      >
        Change
      </ActButton>
      <ActButton
        compact
        size="compact-sm"
        may={mayPurge}
        blocked={rule.keepDays === undefined ? "Set how long old versions are kept first." : undefined}
        label={`Purge ${rule.label}`}
        onClick={() => onPurge(rule)}
      >
        Purge
      </ActButton>
    </div>
  );
}

function keepWords(days: number | undefined): string {
  if (days === undefined) return "Kept";
  const years = days / 365;
  return Number.isInteger(years) ? `Go after ${many(years, "year")}` : `Go after ${many(days, "day")}`;
}
