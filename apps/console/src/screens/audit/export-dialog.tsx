import { Button, Radio } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import { download } from "../../api/call.ts";
import { ApiProblemPanel } from "../../look/problem.tsx";
import { useMay } from "../../session/account.ts";
import { without } from "../../text/search.ts";
import { ActButton } from "../../shell/act-button.tsx";
import { notify } from "../../shell/notices.ts";
import type { AuditSearch } from "../../routes.tsx";
import { Dialog } from "../../shell/dialog.tsx";

/** The filtered entries as a file; who exported what is written down like everything else. */
export function ExportDialog({
  filters,
  onClose,
}: {
  filters: Omit<AuditSearch, "entry" | "verify">;
  onClose(): void;
}) {
  const may = useMay("exportAudit");
  const [format, setFormat] = useState("jsonl");
  const query = without(filters, "cursor");
  const named = Object.entries(query);
  const save = useMutation<void, ApiProblem>({
    mutationFn: () => download("exportAudit", { query: { ...query, format } }, `hilum-audit.${format}`),
    onSuccess: () => {
      notify("Exported");
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog onClose={onClose} title="Export entries">
      <form className="stack md" onSubmit={submit}>
        {save.error !== null && <ApiProblemPanel problem={save.error} />}
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
          </div>
        </Radio.Group>
        <div className="row end">
          <Button onClick={onClose}>Cancel</Button>
          <ActButton type="submit" variant="filled" may={may} running={save.isPending}>
            Download
          </ActButton>
        </div>
      </form>
    </Dialog>
  );
}
