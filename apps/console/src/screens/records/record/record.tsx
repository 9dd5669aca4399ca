import "../records.css";
import type { RecordPage } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconShieldExclamation } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Advice } from "../../../look/problem.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { focusHeading } from "../../../shell/focus-heading.ts";
import { GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { present } from "../../../text/search.ts";
import { HoldDialog } from "../custody/hold-dialog.tsx";
import { Documents } from "../document/documents.tsx";
import { GlassDialog } from "../glass/glass-dialog.tsx";
import { useCopyNote } from "../glass/use-copy-note.ts";
import { useReveal, type Reveal } from "../glass/use-reveal.ts";
import { RecordFlags } from "../record-list.tsx";
import { patientPath, permissionTo, recordPath } from "../record-words.ts";
import { RecordFacts } from "./record-facts.tsx";
import { RecordPanel } from "./record-panel.tsx";
import { Versions } from "./versions.tsx";

const route = getRouteApi("/app/records/$type/$id");

export function RecordScreen() {
  const { type, id } = route.useParams();
  return (
    <Guarded operation="getMaskedRecord" title="Record">
      <Record key={`${type}/${id}`} />
    </Guarded>
  );
}

function Record() {
  const { type, id } = route.useParams();
  const { store, version } = route.useSearch();
  const input = { params: { type, id }, query: present({ store, version }) };
  const record = useRead("getMaskedRecord", input);
  const place = { type, id, ...(version !== undefined && { version }) };
  const reveal = useReveal(record.data?.glass, place);
  const data = record.data;
  return (
    <Page
      title={data?.record.title ?? "Record"}
      badges={data !== undefined && <Badges page={data} isRevealed={reveal.revealed !== undefined} />}
      lead={data === undefined ? undefined : leadOf(data, reveal.revealed !== undefined)}
      crumbs={[
        { text: "Records", to: "/records" },
        { text: type, to: `/records?type=${type}${store === undefined ? "" : `&store=${store}`}` },
      ]}
      crumb={id}
      actions={data !== undefined && <Acts page={data} reveal={reveal} />}
      reads={[record]}
      calls={[
        ["getMaskedRecord", input],
        ["listRecordVersions", { params: { type, id } }],
      ]}
      offers={["openGlass"]}
    >
      <Loaded query={record} what="the record">
        {(page) => <Content page={page} reveal={reveal} />}
      </Loaded>
    </Page>
  );
}

function Badges({ page: { record }, isRevealed }: { page: RecordPage; isRevealed: boolean }) {
  return (
    <>
      <Status word={isRevealed ? "Revealed" : "Masked"} />
      <RecordFlags record={record} />
    </>
  );
}

function leadOf({ record: { version }, newest }: RecordPage, isRevealed: boolean): string {
  const which = version === newest ? "" : `This is version ${version}; version ${newest} is the current one. `;
  return isRevealed
    ? `${which}What you chose is shown in the clear until the glass closes or you leave.`
    : `${which}Names, numbers and text are hidden until you need them and say why.`;
}

function Acts({ page, reveal }: { page: RecordPage; reveal: Reveal }) {
  const { record, glass, fields, can } = page;
  const [asking, setAsking] = useState<"reveal" | "hold" | "lift">();
  const [opened, setOpened] = useState<string>();
  const shown = useRef<string>(undefined);
  const target = { record: { type: record.type, id: record.id } };
  const mayReveal = permissionTo("reveal", can);
  const mayHold = permissionTo("hold", can);
  const mayLift = permissionTo("liftHold", can);
  const [patient] = record.patients;
  const { show } = reveal;
  // Who just gave reason and password wants to read: the glass is there with the next reading of the page.
  useEffect(() => {
    if (opened === undefined || opened !== glass?.id || shown.current === opened) return;
    shown.current = opened;
    void show();
  }, [opened, glass, show]);
  return (
    <>
      {patient !== undefined && <GoButton to={patientPath(patient)}>Open the patient</GoButton>}
      {mayHold !== undefined && !record.hold && (
        <ActButton compact may={mayHold} onClick={() => setAsking("hold")}>
          Legal hold
        </ActButton>
      )}
      {mayLift !== undefined && record.hold && (
        <ActButton compact may={mayLift} onClick={() => setAsking("lift")}>
          Lift the hold
        </ActButton>
      )}
      {glass === undefined
        ? mayReveal !== undefined && (
            <ActButton
              compact
              may={mayReveal}
              leftSection={<IconShieldExclamation size={17} aria-hidden />}
              onClick={() => setAsking("reveal")}
            >
              Reveal (break glass)
            </ActButton>
          )
        : reveal.revealed === undefined && (
            <ActButton running={reveal.running} onClick={() => void reveal.show()}>
              Show it again
            </ActButton>
          )}
      {asking === "reveal" && (
        <GlassDialog
          title={record.title}
          fields={fields}
          targets={[
            { words: "Only this record", target },
            ...(patient === undefined ? [] : [{ words: "All records of this patient", target: { patient } }]),
          ]}
          onOpened={({ id }) => {
            setAsking(undefined);
            setOpened(id);
          }}
          onClose={() => setAsking(undefined)}
        />
      )}
      {(asking === "hold" || asking === "lift") && (
        <HoldDialog
          target={target}
          title={record.title}
          lift={asking === "lift"}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

function Content({ page, reveal }: { page: RecordPage; reveal: Reveal }) {
  const { record, newest, glass, attachments } = page;
  const { revealed } = reveal;
  const isRevealed = revealed !== undefined;
  // The button that was pressed to see it is not there any more.
  useEffect(() => {
    if (isRevealed) focusHeading();
  }, [isRevealed]);
  useCopyNote(isRevealed, reveal.copied);
  const showsDocuments = revealed?.revealed.includes("documents") === true;
  const place = { type: record.type, id: record.id, version: record.version };
  return (
    <div className="stack lg">
      {record.version !== newest && (
        <Advice
          tone="info"
          title="This is an older version."
          actions={<GoButton to={recordPath({ type: record.type, id: record.id })}>Open the current one</GoButton>}
        />
      )}
      {revealed?.notice !== undefined && (
        <Advice tone="warn" title="42 CFR part 2.">
          {revealed.notice}
        </Advice>
      )}
      <div className="grid">
        <div className="stack lg">
          <RecordPanel page={page} reveal={reveal} />
          <Documents
            attachments={revealed?.attachments ?? attachments}
            place={place}
            glass={showsDocuments ? glass?.id : undefined}
            patient={record.patients.length === 1 ? record.patients[0] : undefined}
            masked={
              revealed === undefined
                ? "Break the glass to read it."
                : "The glass does not cover documents: break it again and choose them."
            }
          />
        </div>
        <div className="stack lg">
          <RecordFacts page={page} />
          {record.store === "embedded" && <Versions page={page} />}
        </div>
      </div>
    </div>
  );
}
