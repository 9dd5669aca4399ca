import "../records.css";
import type { Shredding } from "@hilum/contract/api";
import { Button, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useAct, useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, many, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { maskedClass, patientPath, permissionTo } from "../record-words.ts";

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
        {({ items, next }) =>
          items.length === 0 ? (
            <Panel flush label="Destructions">
              <Empty title="Nothing was destroyed" action={<GoButton to="/records?type=Patient">Patients</GoButton>}>
                Where a patient’s records must not exist any more, open the patient and ask for their destruction.
              </Empty>
            </Panel>
          ) : (
            <div className="stack md">
              {items.map((row) => (
                <ShreddingPanel key={row.id} row={row} />
              ))}
              <div className="row">
                <Paging
                  cursor={cursor}
                  next={next}
                  onGo={(to) => void navigate({ search: present({ cursor: to }), replace: true })}
                />
              </div>
            </div>
          )
        }
      </Loaded>
    </Page>
  );
}

function ShreddingPanel({ row }: { row: Shredding }) {
  const { state, patient, title, requestedBy, requestedAt, reason, until, decidedBy, decidedAt, refusal } = row;
  const { records, versions } = row;
  return (
    <Panel
      title={`Patient ${patient}`}
      end={<Status word={stateWord[state]} quiet={state !== "waiting"} />}
      foot={<ShreddingActs row={row} />}
    >
      <KeyValue
        rows={{
          Patient:
            title === undefined ? undefined : (
              <Go to={patientPath(patient)}>
                <span className={maskedClass(title)}>{title}</span>
              </Go>
            ),
          "Asked for": `${actorName(requestedBy)}, ${moment(requestedAt)}`,
          Reason: reason,
          Decided: decidedBy === undefined ? undefined : `${actorName(decidedBy)}, ${moment(decidedAt ?? until)}`,
          Refused: refusal,
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
  const [tried, setTried] = useState(false);
  const matches = typed.trim() === row.patient;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    event.stopPropagation();
    setTried(true);
    if (!matches) return document.getElementById("destroy-patient")?.focus();
    const done = await approve.run({ params: { shredding: row.id }, body: { confirm: row.patient } });
    if (done !== undefined) onClose();
  };
  return (
    <Dialog onClose={onClose} title={`Destroy all about patient ${row.patient}?`} size={560}>
      <form className="stack md" onSubmit={(event) => void submit(event)} noValidate>
        {approve.problem !== null && <ApiProblemPanel problem={approve.problem} />}
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
          error={tried && !matches ? "This is not the patient’s id." : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" color="bad" may={approve.may} running={approve.running}>
            Destroy
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
