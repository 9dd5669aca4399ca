import { Button, Radio } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useDownload } from "../../api/use-api.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { without } from "../../text/search.ts";
import { ActButton } from "../../shell/act-button.tsx";
import type { AuditSearch } from "../../routes/audit.ts";
import { Dialog } from "../../shell/dialog.tsx";

/** The filtered entries as a file; who exported what is written down like everything else. */
export function ExportDialog({
  filters,
  onClose,
}: {
  filters: Omit<AuditSearch, "entry" | "verify">;
  onClose(): void;
}) {
  const [format, setFormat] = useState("jsonl");
  const query = without(filters, "cursor");
  const named = Object.entries(query);
  const save = useDownload(
    "exportAudit",
    { query: { ...query, format } },
    `hilum-audit.${format === "fhir" ? "ndjson" : format}`,
    "Exported",
  );
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await save.start()) onClose();
  };
  return (
    <Dialog onClose={onClose} title="Export entries">
      <form className="stack md" onSubmit={(event) => void submit(event)}>
        {save.problem !== null && <ApiProblemPanel problem={save.problem} />}
        <p>
          {named.length === 0
            ? "Every entry of the log."
            : `The entries that match: ${named.map(([name, value]) => `${name} ${value}`).join(", ")}.`}
        </p>
        <Radio.Group label="Format" value={format} onChange={setFormat}>
          <div className="stack sm" style={{ marginTop: 6 }}>
            <Radio
              value="jsonl"
              label="JSON Lines"
              description="The entries as they were written; they can be verified outside Hilum"
            />
            <Radio value="csv" label="CSV" description="For a spreadsheet" />
            <Radio value="fhir" label="FHIR" description="AuditEvents, for another system of the clinic" />
          </div>
        </Radio.Group>
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={save.may} running={save.running}>
            Download
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
