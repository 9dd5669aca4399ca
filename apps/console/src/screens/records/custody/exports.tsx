import "../records.css";
import type { RecordExport } from "@hilum/contract/api";
import { getRouteApi } from "@tanstack/react-router";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useAct, useDownload, useRead } from "../../../api/use-api.ts";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { ApiProblemPanel } from "../../../look/problem.tsx";
import { Status, type Word } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { Guarded, Page } from "../../../shell/page.tsx";
import { actorName, count, many, moment } from "../../../text/format.ts";
import { present } from "../../../text/search.ts";
import { RecordTabs } from "../record-tabs.tsx";
import { permissionTo } from "../record-words.ts";
import { MaskedPatient, RequestList, requestRows } from "./request-list.tsx";

const route = getRouteApi("/app/records/exports");
const stateWord: Record<RecordExport["state"], Word> = {
  waiting: "To be decided",
  approved: "Approved",
  refused: "Refused",
  downloaded: "Downloaded",
  expired: "Expired",
};

export function ExportsScreen() {
  return (
    <Guarded operation="listExports" title="Exports">
      <Exports />
    </Guarded>
  );
}

function Exports() {
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...present({ cursor }), limit: 30 };
  const exports = useRead("listExports", { query });
  return (
    <Page
      title="Exports"
      lead="A patient’s records as a file: asked for by one person, approved by another, downloaded once, written down as a disclosure."
      crumbs={[{ text: "Records", to: "/records" }]}
      tabs={<RecordTabs at="Exports" />}
      reads={[exports]}
      calls={[["listExports", { query }]]}
      offers={["approveExport", "downloadExport"]}
    >
      <Loaded query={exports} what="the exports">
        {({ items, next }) => (
          <RequestList
            label="Exports"
            items={items}
            empty={{ title: "Nothing was asked for", text: "Open a patient and ask for an export there." }}
            cursor={cursor}
            next={next}
            onGo={(to) => void navigate({ search: present({ cursor: to }), replace: true })}
          >
            {(row) => <ExportPanel key={row.id} row={row} />}
          </RequestList>
        )}
      </Loaded>
    </Page>
  );
}

function ExportPanel({ row }: { row: RecordExport }) {
  const { state, title, patient, types, recipient, purposeLabel, until, downloadedAt, records, withheld } = row;
  return (
    <Panel
      title={`For ${recipient}`}
      end={<Status word={stateWord[state]} quiet={state !== "waiting" && state !== "approved"} />}
      foot={<ExportActs row={row} />}
    >
      <KeyValue
        rows={{
          Patient: <MaskedPatient patient={patient} title={title} />,
          What: types.length === 0 ? "All records" : types.join(", "),
          Purpose: purposeLabel,
          ...requestRows(row),
          Holds: records === undefined ? undefined : many(records, "record"),
          "Held back":
            withheld === undefined || withheld === 0 ? undefined : `${count(withheld)} by the patient’s consents`,
          Downloaded: downloadedAt === undefined ? undefined : moment(downloadedAt),
          Until: state === "waiting" || state === "approved" ? moment(until) : undefined,
        }}
      />
    </Panel>
  );
}

function ExportActs({ row }: { row: RecordExport }) {
  const params = { export: row.id };
  const approve = useAct("approveExport", "Approved: it can be downloaded once");
  const refuse = useAct("refuseExport", "Refused");
  const save = useDownload(
    "downloadExport",
    { params },
    `records-${row.id}.zip`,
    "Saved. It cannot be downloaded again.",
    { refresh: true },
  );
  const [asking, setAsking] = useState<"approve" | "refuse" | "download">();
  const close = (): void => setAsking(undefined);
  const [mayApprove, mayRefuse, mayDownload] = (["approve", "refuse", "download"] as const).map((act) =>
    permissionTo(act, row.can),
  );
  if (row.state !== "waiting" && row.state !== "approved") return <span>Decided. Nothing is left to do.</span>;
  return (
    <>
      {mayApprove !== undefined && (
        <ActButton
          may={mayApprove}
          label={`Approve the export for ${row.recipient}`}
          onClick={() => setAsking("approve")}
        >
          Approve
        </ActButton>
      )}
      {mayRefuse !== undefined && (
        <ActButton
          compact
          may={mayRefuse}
          label={`Refuse the export for ${row.recipient}`}
          onClick={() => setAsking("refuse")}
        >
          Refuse
        </ActButton>
      )}
      {mayDownload !== undefined && (
        <ActButton
          may={mayDownload}
          label={`Download the export for ${row.recipient}`}
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => setAsking("download")}
        >
          Download
        </ActButton>
      )}
      {asking === "approve" && (
        <ConfirmDialog
          title={`Approve the export for ${row.recipient}?`}
          confirm="Approve"
          running={approve.running}
          problem={approve.problem}
          onClose={close}
          onConfirm={() => void approve.run({ params }).then((done) => done !== undefined && close())}
        >
          {actorName(row.requestedBy)} can then download the patient’s records in the clear, once. You answer for it
          that purpose and recipient are right.
        </ConfirmDialog>
      )}
      {asking === "refuse" && (
        <ConfirmDialog
          title={`Refuse the export for ${row.recipient}?`}
          confirm="Refuse"
          reason="required"
          running={refuse.running}
          problem={refuse.problem}
          onClose={close}
          onConfirm={(reason) =>
            void refuse.run({ params, body: { reason } }).then((done) => done !== undefined && close())
          }
        >
          Nothing leaves. Who asked for it reads your reason.
        </ConfirmDialog>
      )}
      {asking === "download" && (
        <ConfirmDialog
          title={`Download the export for ${row.recipient}?`}
          confirm="Download"
          running={save.running}
          problem={save.problem}
          onClose={close}
          onConfirm={() => void save.start().then((done) => done && close())}
        >
          The file holds the patient’s records in the clear and can be downloaded this once. It is written down as a
          disclosure to {row.recipient}.
        </ConfirmDialog>
      )}
      {save.problem !== null && asking === undefined && <ApiProblemPanel problem={save.problem} />}
    </>
  );
}
