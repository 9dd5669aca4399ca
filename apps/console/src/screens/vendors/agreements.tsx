import type { Agreement, Vendor } from "@hilum/contract/api";
import { FileButton } from "@mantine/core";
import { IconDownload, IconPlus, IconUpload } from "@tabler/icons-react";
import { useState } from "react";
import { download } from "../../api/call.ts";
import { useAct } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { Status } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { agreementSaid } from "../../text/disclosure.ts";
import { actorName, bytes, calendarDay, day } from "../../text/format.ts";

/** The agreements of a vendor, newest first, with their signed documents. */
export function Agreements({ vendor, onAdd }: { vendor: Vendor; onAdd(): void }) {
  const may = useMay("addAgreement");
  const end = useAct("endAgreement", "The agreement is ended");
  const upload = useAct("uploadAgreementDocument", "The document is kept");
  const [ending, setEnding] = useState<Agreement>();
  const keep = (agreement: Agreement, file: File): void =>
    void upload.run({
      params: { vendor: vendor.id, agreement: agreement.id },
      query: { name: file.name },
      bytes: file,
    });
  return (
    <Panel title="Agreements" flush>
      {upload.problem !== null && (
        <div style={{ padding: "0 20px 14px" }}>
          <ApiProblemPanel problem={upload.problem} />
        </div>
      )}
      {vendor.agreements.length === 0 ? (
        <Empty
          title="No agreement yet"
          action={
            <ActButton may={may} leftSection={<IconPlus size={16} aria-hidden />} onClick={onAdd}>
              Record the first one
            </ActButton>
          }
        >
          A business associate agreement says what the company may do with patient data. Record who signed it and for
          how long it holds.
        </Empty>
      ) : (
        <TableRegion label="Agreements" minWidth={820}>
          <thead>
            <tr>
              <th scope="col">With</th>
              <th scope="col">Signed</th>
              <th scope="col">Holds</th>
              <th scope="col">State</th>
              <th scope="col">Document</th>
              <th scope="col">
                <span className="vh">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {vendor.agreements.map((agreement) => (
              <AgreementRow
                key={agreement.id}
                vendor={vendor.id}
                agreement={agreement}
                uploading={upload.running}
                onEnd={() => setEnding(agreement)}
                onUpload={(file) => keep(agreement, file)}
              />
            ))}
          </tbody>
        </TableRegion>
      )}
      {ending !== undefined && (
        <ConfirmDialog
          title={`End the agreement with ${ending.party}?`}
          confirm="End it now"
          danger
          reason="required"
          running={end.running}
          problem={end.problem}
          onClose={() => setEnding(undefined)}
          onConfirm={(reason) =>
            void end
              .run({ params: { vendor: vendor.id, agreement: ending.id }, body: { reason } })
              .then((done) => done !== undefined && setEnding(undefined))
          }
        >
          From this moment patient data does not go to {vendor.hosts.join(", ") || "its hosts"}, unless another
          agreement is in force. Messages wait. It cannot be undone; record a new agreement instead.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

interface AgreementRowProps {
  vendor: string;
  agreement: Agreement;
  uploading: boolean;
  onEnd(): void;
  onUpload(file: File): void;
}

function AgreementRow({ vendor, agreement, uploading, onEnd, onUpload }: AgreementRowProps) {
  const mayEnd = useMay("endAgreement");
  const [word, text] = agreementSaid(agreement);
  const open = agreement.state !== "ended" && agreement.state !== "expired";
  return (
    <tr>
      <th scope="row">
        <b className="strong">{agreement.party}</b>
        <span className="sub">
          recorded {day(agreement.createdAt)} by {actorName(agreement.createdBy)}
        </span>
      </th>
      <td className="num">{calendarDay(agreement.signedOn)}</td>
      <td className="num">
        from {calendarDay(agreement.validFrom)}
        <span className="sub">
          {agreement.validUntil === undefined ? "without an end" : `to ${calendarDay(agreement.validUntil)}`}
        </span>
      </td>
      <td>
        <Status word={word} quiet={word === "Active"}>
          {text}
        </Status>
        {agreement.endedAt !== undefined && (
          <span className="sub">
            {day(agreement.endedAt)}
            {agreement.endedBy !== undefined && ` by ${actorName(agreement.endedBy)}`}
          </span>
        )}
      </td>
      <td>
        <DocumentCell vendor={vendor} agreement={agreement} uploading={uploading} onUpload={onUpload} />
      </td>
      <td className="r">
        {open && (
          <ActButton
            compact
            size="compact-sm"
            color="bad"
            may={mayEnd}
            label={`End the agreement with ${agreement.party}`}
            onClick={onEnd}
          >
            End
          </ActButton>
        )}
      </td>
    </tr>
  );
}

function DocumentCell({
  vendor,
  agreement: { id, party, document },
  uploading,
  onUpload,
}: Omit<AgreementRowProps, "onEnd">) {
  const may = useMay("uploadAgreementDocument");
  const read = (): void =>
    void download("downloadAgreementDocument", { params: { vendor, agreement: id } }, document?.name ?? "agreement");
  return (
    <div className="stack sm">
      {document !== undefined && (
        <span>
          <button type="button" className="tbtn" onClick={read} aria-label={`Download ${document.name} of ${party}`}>
            <IconDownload size={15} aria-hidden />
            {document.name}
          </button>
          <span className="sub num">{bytes(document.size)}</span>
        </span>
      )}
      <FileButton
        accept="application/pdf,image/png,image/jpeg"
        onChange={(file) => {
          if (file !== null) onUpload(file);
        }}
        inputProps={{ "aria-label": `Document of the agreement with ${party}` }}
      >
        {({ onClick }) => (
          <ActButton
            compact
            size="compact-sm"
            style={{ justifySelf: "start" }}
            may={may}
            running={uploading}
            label={`${document === undefined ? "Add" : "Replace"} the document of the agreement with ${party}`}
            leftSection={<IconUpload size={15} aria-hidden />}
            onClick={onClick}
          >
            {document === undefined ? "Add" : "Replace"}
          </ActButton>
        )}
      </FileButton>
    </div>
  );
}
