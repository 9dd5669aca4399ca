import "../records.css";
import type { AccountedDisclosure } from "@hilum/contract/api";
import { Button, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useDownload, useRead } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { usePluginName } from "../../plugin/plugin-names.ts";
import { maskedClass, patientPath, recordPath } from "../record-words.ts";
import { EnterDisclosureDialog } from "./enter-disclosure-dialog.tsx";

const route = getRouteApi("/app/records/patients/$patient/disclosures");

export function DisclosuresScreen() {
  return (
    <Guarded operation="listDisclosures" title="Disclosures">
      <Disclosures />
    </Guarded>
  );
}

function Disclosures() {
  const { patient } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { from, before, cursor } = search;
  const input = { params: { patient }, query: { ...search, limit: 50 } };
  const disclosures = useRead("listDisclosures", input);
  const mayEnter = useMay("enterDisclosure");
  const account = useDownload(
    "downloadDisclosures",
    { params: { patient }, query: present({ from, before }) },
    "disclosures.csv",
    "The account is saved",
  );
  const [entering, setEntering] = useState(false);
  const name = disclosures.data?.patient ?? "this patient";
  return (
    <Page
      title="Disclosures"
      lead={
        <>
          What left this platform about <span className={maskedClass(name)}>{name}</span>: when, to whom, what and why
          (45 CFR 164.528).
        </>
      }
      crumbs={[
        { text: "Records", to: "/records" },
        { text: "Patients", to: "/records?type=Patient" },
        { text: patient, to: patientPath(patient) },
      ]}
      actions={
        <>
          <ActButton compact may={mayEnter} onClick={() => setEntering(true)}>
            Write one down
          </ActButton>
          <ActButton
            compact
            may={account.may}
            running={account.running}
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => void account.start()}
          >
            Download the account
          </ActButton>
        </>
      }
      reads={[disclosures]}
      calls={[["listDisclosures", input]]}
    >
      <div className="stack md">
        {account.problem !== null && <ApiProblemPanel problem={account.problem} />}
        <Range from={from} before={before} onChange={(next) => void navigate({ search: next, replace: true })} />
        <Loaded query={disclosures} what="the disclosures">
          {({ items, next }) => (
            <Panel
              flush
              label="Disclosures"
              foot={
                <>
                  <span>Recipients who are persons are masked here; the account that is downloaded names them.</span>
                  <Paging
                    cursor={cursor}
                    next={next}
                    onGo={(to) => void navigate({ search: present({ from, before, cursor: to }), replace: true })}
                  />
                </>
              }
            >
              {items.length === 0 ? (
                <Empty title="Nothing was given out" more={<Go to={patientPath(patient)}>Back to the patient</Go>}>
                  Messages, exports, copies in other stores and programs that read records are written down here by
                  themselves.
                </Empty>
              ) : (
                <DisclosureTable items={items} />
              )}
            </Panel>
          )}
        </Loaded>
      </div>
      {entering && <EnterDisclosureDialog patient={patient} name={name} onClose={() => setEntering(false)} />}
    </Page>
  );
}

interface RangeProps {
  from: string | undefined;
  before: string | undefined;
  onChange(range: { from?: string; before?: string }): void;
}

function Range({ from, before, onChange }: RangeProps) {
  const [days, setDays] = useState({ from: from?.slice(0, 10) ?? "", before: before?.slice(0, 10) ?? "" });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange(present({ from: startOf(days.from), before: startOf(days.before) }));
  };
  return (
    <form className="filters bottom" onSubmit={submit} role="search" aria-label="When">
      <TextInput
        type="date"
        label="Since"
        w={150}
        value={days.from}
        onChange={(event) => setDays({ ...days, from: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label="Before"
        w={150}
        value={days.before}
        onChange={(event) => setDays({ ...days, before: event.currentTarget.value })}
      />
      <Button type="submit">Show</Button>
    </form>
  );
}

function startOf(day: string): string | undefined {
  const at = new Date(`${day}T00:00:00`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const kindWords: Record<AccountedDisclosure["kind"], string> = {
  message: "Message",
  export: "Export",
  replication: "Copy in another store",
  program: "Read by a program",
  entered: "Written down by a person",
};

function DisclosureTable({ items }: { items: readonly AccountedDisclosure[] }) {
  const nameOf = usePluginName();
  return (
    <TableRegion label="Disclosures, newest first" minWidth={860} className="t top">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">To whom</th>
          <th scope="col">What</th>
          <th scope="col">Why</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {items.map((row) => (
          <tr key={row.id}>
            <th scope="row" className="num nowrap">
              {moment(row.at)}
              {!row.accountable && <span className="sub">not owed to the patient</span>}
            </th>
            <td>
              <span className={maskedClass(row.recipient)}>{row.recipient}</span>
              {row.via !== undefined && <span className="sub">through {nameOf(row.via.plugin, row.via.instance)}</span>}
            </td>
            <td>
              {row.what}
              <span className="sub">{kindWords[row.kind]}</span>
              {row.records.slice(0, 3).map((record) => (
                <Go key={`${record.type}/${record.id}`} className="sub" to={recordPath(record)}>
                  <code>
                    {record.type}/{record.id}
                  </code>
                </Go>
              ))}
              {row.records.length > 3 && <span className="sub">and {row.records.length - 3} more</span>}
            </td>
            <td>
              {row.purposeLabel}
              {row.part2 && <span className="sub">with the notice of 42 CFR part 2</span>}
              {row.consent !== undefined && (
                <Go className="sub" to={recordPath({ type: "Consent", id: row.consent })}>
                  The consent
                </Go>
              )}
            </td>
            <td>{actorName(row.by)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
