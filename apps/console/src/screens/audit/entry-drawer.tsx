import { Button } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconCopy } from "@tabler/icons-react";
import { useRead } from "../../api/use-api.ts";
import { KeyValue } from "../../look/panel.tsx";
import { copyText } from "../../shell/copy.ts";
import { Go } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { count, exactly } from "../../text/format.ts";
import { purposeWords, ResultOf } from "./audit-table.tsx";
import { SideDialog } from "../../shell/dialog.tsx";

interface EntryDrawerProps {
  index: number;
  size: number | undefined;
  onOpen(index: number): void;
  onClose(): void;
}

/** One entry as it was written, its hash, and the proof that it is in the log. */
export function EntryDrawer({ index, size, onOpen, onClose }: EntryDrawerProps) {
  const entry = useRead("getAuditEntry", { params: { index } });
  return (
    <SideDialog onClose={onClose} title={`Entry ${count(index)}`} size={620}>
      <div className="stack lg">
        <div className="row">
          <Button
            size="compact-sm"
            data-item="previous"
            disabled={index === 0}
            leftSection={<IconChevronLeft size={15} aria-hidden />}
            onClick={() => onOpen(index - 1)}
          >
            Previous entry
          </Button>
          <Button
            size="compact-sm"
            data-item="next"
            disabled={size !== undefined && index >= size - 1}
            rightSection={<IconChevronRight size={15} aria-hidden />}
            onClick={() => onOpen(index + 1)}
          >
            Next entry
          </Button>
        </div>
        <Loaded query={entry} what="the entry">
          {({ row, entry: text, leafHash, proof, checkpoint, said }) => (
            <>
              <KeyValue
                rows={{
                  When: exactly(row.at),
                  Who: row.actor,
                  Through: row.via,
                  What: row.action,
                  Kind: row.kind,
                  Plugin:
                    row.plugin === undefined
                      ? undefined
                      : `${row.plugin}${row.instance === undefined ? "" : `, ${row.instance}`}`,
                  Object: row.resource,
                  Reference: row.ref === undefined ? undefined : <code>{row.ref}</code>,
                  Why: row.purpose === undefined ? undefined : (purposeWords[row.purpose] ?? row.purpose),
                  Decision: row.decision,
                  Reason: row.reason,
                  "In their words": said,
                  Result: <ResultOf row={row} />,
                  Call: <Go to={`/audit?call=${row.call}`}>{row.call}</Go>,
                  Request:
                    row.request === undefined ? undefined : <Go to={`/audit?request=${row.request}`}>{row.request}</Go>,
                }}
              />
              <section className="stack sm">
                <h3>As it was written</h3>
                <pre className="reply">{text}</pre>
              </section>
              <Proof index={index} entry={text} leafHash={leafHash} proof={proof} checkpoint={checkpoint} />
            </>
          )}
        </Loaded>
      </div>
    </SideDialog>
  );
}

interface ProofProps {
  index: number;
  entry: string;
  leafHash: string;
  proof: readonly string[];
  checkpoint: string;
}

function Proof({ index, entry, leafHash, proof, checkpoint }: ProofProps) {
  return (
    <section className="stack sm">
      <h3>Proof</h3>
      <p className="small dim">
        The hash of this entry (RFC 6962) and the hashes beside its way up to the signed root.
      </p>
      <KeyValue rows={{ Hash: <code>{leafHash}</code> }} />
      <pre className="reply">{proof.length === 0 ? "The entry is the whole tree." : proof.join("\n")}</pre>
      <pre className="reply">{checkpoint}</pre>
      <div className="row">
        <Button
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={() =>
            void copyText(
              JSON.stringify({ index, entry, leafHash, proof, checkpoint }, null, 2),
              "Entry and proof copied",
            )
          }
        >
          Copy entry and proof
        </Button>
      </div>
    </section>
  );
}
