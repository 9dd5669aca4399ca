import "../records.css";
import type { Shredding } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Advice } from "../../../look/problem.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { FormDialog } from "../../../shell/form-dialog.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { useFaults } from "../../../shell/use-faults.ts";
import { many, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { permissionTo } from "../record-words.ts";
import { MaskedPatient, RequestList, requestRows } from "./request-list.tsx";

const route = getRouteApi("/app/records/shreddings");
const stateWord: Record<Shredding["state"], Word> = {
  waiting: "To be decided",
  done: "Destroyed",
  refused: "Refused",
  expired: "Expired",
};

export function ShreddingsScreen() {
  return (
    <Guarded operation="listShreddings" title="Destruction">
      <Shreddings />
    </Guarded>
  );
}

function Shreddings() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...present({ cursor }), limit: 30 };
  const shreddings = useRead("listShreddings", { query });
  return (
    <Page
      title="Destruction"
      lead="All about a patient, destroyed with its key: asked for by one person, approved by another, and never undone."
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Destruction" />}
      reads={[shreddings]}
      calls={[["listShreddings", { query }]]}
    >
      <Loaded query={shreddings} what="the destructions">
        {({ items, next }) => (
          <RequestList
            label="Destructions"
            items={items}
            empty={{
              title: "Nothing was destroyed",
              text: "Where a patient’s records must not exist any more, open the patient and ask for their destruction.",
            }}
            cursor={cursor}
            next={next}
            onGo={(to) => void navigate({ search: present({ cursor: to }), replace: true })}
          >
            {(row) => <ShreddingPanel key={row.id} row={row} />}
          </RequestList>
        )}
      </Loaded>
    </Page>
  );
}

function ShreddingPanel({ row }: { row: Shredding }) {
  const { state, patient, title, until, records, versions } = row;
  return (
    <Panel
      title={`Patient ${patient}`}
      end={<Status word={stateWord[state]} quiet={state !== "waiting"} />}
      foot={<ShreddingActs row={row} />}
    >
      <KeyValue
        rows={{
          Patient: title === undefined ? undefined : <MaskedPatient patient={patient} title={title} />,
          ...requestRows(row),
          Destroyed:
            records === undefined ? undefined : `${many(records, "record")}, ${many(versions ?? 0, "version")}`,
          Until: state === "waiting" ? moment(until) : undefined,
        }}
      />
    </Panel>
  );
}

function ShreddingActs({ row }: { row: Shredding }) {
  const params = { shredding: row.id };
  const refuse = useAct("refuseShredding", "Refused: nothing was destroyed");
  const [asking, setAsking] = useState<"approve" | "refuse">();
  const close = (): void => setAsking(undefined);
  const mayApprove = permissionTo("approve", row.can);
  const mayRefuse = permissionTo("refuse", row.can);
  if (row.state !== "waiting") return <span>Decided. Nothing is left to do.</span>;
  return (
    <>
      {mayApprove !== undefined && (
        <ActButton
          may={mayApprove}
          label={`Destroy all about patient ${row.patient}`}
          onClick={() => setAsking("approve")}
        >
          Destroy
        </ActButton>
      )}
      {mayRefuse !== undefined && (
        <ActButton
          compact
          may={mayRefuse}
          label={`Refuse to destroy all about patient ${row.patient}`}
          onClick={() => setAsking("refuse")}
        >
          Refuse
        </ActButton>
      )}
      {asking === "approve" && <DestroyDialog row={row} onClose={close} />}
      {asking === "refuse" && (
        <ConfirmDialog
          title={`Refuse to destroy all about patient ${row.patient}?`}
          confirm="Refuse"
          reason="required"
          running={refuse.running}
          problem={refuse.problem}
          onClose={close}
          onConfirm={(reason) =>
            void refuse.run({ params, body: { reason } }).then((done) => {
              if (done !== undefined) close();
            })
          }
        >
          Nothing is destroyed. Who asked for it reads your reason.
        </ConfirmDialog>
      )}
    </>
  );
}

/** The patient's id is typed, so that nobody destroys by a slip. */
function DestroyDialog({ row, onClose }: { row: Shredding; onClose(): void }) {
  const approve = useAct(
    "approveShredding",
    ({ records = 0, versions = 0 }) => `Destroyed: ${many(records, "record")}, ${many(versions, "version")}`,
  );
  const [typed, setTyped] = useState("");
  const { shown, passes } = useFaults("destroy", {
    patient: typed.trim() === row.patient ? undefined : "This is not the patient’s id.",
  });
  const submit = async (): Promise<void> => {
    if (!passes()) return;
    const done = await approve.run({ params: { shredding: row.id }, body: { confirm: row.patient } });
    if (done !== undefined) onClose();
  };
  return (
    <FormDialog
      title={`Destroy all about patient ${row.patient}?`}
      size={560}
      submit="Destroy"
      danger
      may={approve.may}
      running={approve.running}
      problem={approve.problem}
      onSubmit={submit}
      onClose={onClose}
    >
      <Advice tone="bad" title="It cannot be undone.">
        Every record, version and document about the patient is gone for good once you press Destroy.
      </Advice>
      <TextInput
        id="destroy-patient"
        label="Patient’s id"
        description={`Write ${row.patient}`}
        required
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        value={typed}
        error={shown.patient}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
