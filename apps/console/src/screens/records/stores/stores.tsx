import "../records.css";
import type { ReplicatedStore } from "@hilum/contract/api";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { count, many, moment } from "../../../text/format.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { ReconcileDialog } from "./reconcile-dialog.tsx";
import { RoleDialog } from "./role-dialog.tsx";
import { StoreFaults } from "./store-faults.tsx";
import { compareWords, keyOf, roleWords, stateOf, type StoreKey } from "./store-words.ts";

export function StoresScreen() {
  return (
    <Guarded operation="listStores" title="Record stores">
      <Stores />
    </Guarded>
  );
}

/** Something may be handed over or compared at any time: the page follows it. */
const followMs = 3_000;

function Stores() {
  const stores = useRead("listStores", {}, { everyMs: followMs });
  const [changing, setChanging] = useState<ReplicatedStore>();
  const [comparing, setComparing] = useState<ReplicatedStore>();
  const others = stores.data?.items.filter(({ role }) => role !== "primary") ?? [];
  return (
    <Page
      title="Record stores"
      lead="Records are read and written in this Hilum. Each change can be carried to other stores as well: a replica gets everything, an archive gets documents and their files once."
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Stores" />}
      reads={[stores]}
      calls={[["listStores"]]}
      offers={["setStoreRole", "reconcileStore"]}
    >
      <div className="stack lg">
        <Loaded query={stores} what="the record stores">
          {({ items }) => (
            <Panel flush label="Record stores" foot={others.length === 0 ? <NoOthers /> : undefined}>
              <StoreTable items={items} onChange={setChanging} onCompare={setComparing} />
            </Panel>
          )}
        </Loaded>
        {others.map((store) => {
          const key = keyOf(store);
          return key !== undefined && store.faults > 0 ? (
            <StoreFaults key={`${key.plugin}/${key.instance}`} store={store} of={key} />
          ) : null;
        })}
      </div>
      {changing !== undefined && <RoleDialog store={changing} onClose={() => setChanging(undefined)} />}
      {comparing !== undefined && <ReconcileDialog store={comparing} onClose={() => setComparing(undefined)} />}
    </Page>
  );
}

const NoOthers = () => (
  <span className="row">
    A plugin that keeps records shows up here: FHIR server, S3 archive and Orthanc DICOM come with Hilum.
    <GoButton to="/plugins/add">Add a plugin</GoButton>
  </span>
);

interface StoreTableProps {
  items: readonly ReplicatedStore[];
  onChange(store: ReplicatedStore): void;
  onCompare(store: ReplicatedStore): void;
}

function StoreTable({ items, onChange, onCompare }: StoreTableProps) {
  return (
    <TableRegion label="Record stores" minWidth={860}>
      <thead>
        <tr>
          <th scope="col">Store</th>
          <th scope="col">Role</th>
          <th scope="col">State</th>
          <th scope="col" className="r">
            Taken
          </th>
          <th scope="col">Last comparison</th>
          <th scope="col">
            <span className="vh">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((store) => (
          <StoreRow
            key={`${store.plugin ?? "embedded"}/${store.instance ?? ""}`}
            store={store}
            onChange={() => onChange(store)}
            onCompare={() => onCompare(store)}
          />
        ))}
      </tbody>
    </TableRegion>
  );
}

function StoreRow({ store, onChange, onCompare }: { store: ReplicatedStore; onChange(): void; onCompare(): void }) {
  const { title, role, types, taken, takenAt, withheld, faults } = store;
  const key = keyOf(store);
  return (
    <tr>
      <th scope="row">
        {key === undefined ? title : <StoreLink title={title} of={key} />}
        {types !== undefined && <span className="sub">{types.join(", ")} alone</span>}
      </th>
      <td>{roleWords[role]}</td>
      <td>
        <StoreState store={store} />
      </td>
      <td className="r num">
        {role !== "primary" && role !== "none" && count(taken)}
        {takenAt !== undefined && <span className="sub">{moment(takenAt)}</span>}
        {withheld > 0 && <span className="sub">{count(withheld)} held back by consents</span>}
        {faults > 0 && <span className="sub">{many(faults, "record")} refused</span>}
      </td>
      <td>{key !== undefined && <span role="status">{compareWords(store.reconciliation)}</span>}</td>
      <td>{key !== undefined && <StoreActs store={store} onChange={onChange} onCompare={onCompare} />}</td>
    </tr>
  );
}

const StoreLink = ({ title, of: { plugin, instance } }: { title: string; of: StoreKey }) => (
  <Go to={`/plugins/${plugin}${instance === "default" ? "" : `?instance=${instance}`}`}>{title}</Go>
);

function StoreState({ store }: { store: ReplicatedStore }) {
  const { behind, refusal } = store;
  const [word, text] = stateOf(store);
  return (
    <>
      <Status word={word} quiet={word === "Active"}>
        {text}
      </Status>
      {behind.changes > 0 && (
        <span className="sub">
          {many(behind.changes, "change")} behind
          {behind.since !== undefined && `, since ${moment(behind.since)}`}
        </span>
      )}
      {refusal !== undefined && (
        <span className="sub">
          {refusal.title}. {refusal.fix} Next try: {moment(refusal.nextAttemptAt)}.
        </span>
      )}
    </>
  );
}

function StoreActs({ store, onChange, onCompare }: { store: ReplicatedStore; onChange(): void; onCompare(): void }) {
  const maySet = useMay("setStoreRole");
  const mayCompare = useMay("reconcileStore");
  const { title, role, state, reconciliation } = store;
  const why =
    role === "none"
      ? "Give it a role first."
      : state === "stopped"
        ? "Enable the plugin first."
        : reconciliation?.state === "running"
          ? "It is being compared already."
          : undefined;
  return (
    <div className="row keep">
      <ActButton compact size="compact-sm" may={maySet} label={`Change the role of ${title}`} onClick={onChange}>
        Role
      </ActButton>
      <ActButton
        compact
        size="compact-sm"
        may={mayCompare}
        blocked={why}
        label={`Compare ${title} with this Hilum`}
        onClick={onCompare}
      >
        Compare
      </ActButton>
    </div>
  );
}
