import type { RecordPage, RecordVersion } from "@hilum/contract/api";
import { useRead } from "../../../api/use-api.ts";
import { TableRegion } from "../../../look/panel.tsx";
import { Advice, ApiProblemPanel } from "../../../look/problem.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Dialog } from "../../../shell/dialog.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { many } from "../../../text/format.ts";
import { useReveal } from "../glass/use-reveal.ts";
import { maskedClass } from "../record-words.ts";
import { compareResources, elementOf, type Difference } from "./compare-resources.ts";
import { elementWords } from "./fhir-value.ts";

interface CompareDialogProps {
  page: RecordPage;
  version: RecordVersion | undefined;
  onClose(): void;
}

/** What a version changed, place by place. Masked values can look the same on both sides; their elements are named all the same. */
export function CompareDialog({ page: { record, glass }, version, onClose }: CompareDialogProps) {
  const number = version?.version ?? record.version;
  const params = { type: record.type, id: record.id };
  const now = useRead("getMaskedRecord", { params, query: { version: number } });
  const before = useRead("getMaskedRecord", { params, query: { version: number - 1 } });
  const clearNow = useReveal(glass, { ...params, version: number });
  const clearBefore = useReveal(glass, { ...params, version: number - 1 });
  const isClear = clearNow.revealed !== undefined && clearBefore.revealed !== undefined;
  const reveal = (): void => {
    void clearNow.show();
    void clearBefore.show();
  };
  const problem = clearNow.problem ?? clearBefore.problem;
  return (
    <Dialog onClose={onClose} title={`Version ${number} beside version ${number - 1}`} size={860}>
      <div className="stack md">
        {problem !== null && <ApiProblemPanel problem={problem} />}
        <Loaded query={before} what={`version ${number - 1}`}>
          {(old) => (
            <Loaded query={now} what={`version ${number}`}>
              {(changed) => (
                <Differences
                  rows={compareResources(
                    isClear ? clearBefore.revealed?.resource : old.resource,
                    isClear ? clearNow.revealed?.resource : changed.resource,
                  )}
                  elements={version?.elements ?? []}
                  masked={!isClear}
                  onCopy={isClear ? clearNow.copied : undefined}
                />
              )}
            </Loaded>
          )}
        </Loaded>
        {glass !== undefined && !isClear && (
          <div className="row">
            <ActButton running={clearNow.running || clearBefore.running} onClick={reveal}>
              Show the values
            </ActButton>
          </div>
        )}
      </div>
    </Dialog>
  );
}

interface DifferencesProps {
  rows: readonly Difference[];
  elements: readonly string[];
  masked: boolean;
  onCopy: (() => void) | undefined;
}

function Differences({ rows, elements, masked, onCopy }: DifferencesProps) {
  const seen = new Set(rows.map(({ path }) => elementOf(path)));
  const hidden = elements.filter((name) => !seen.has(name));
  return (
    <div className="stack md" onCopy={onCopy}>
      {rows.length === 0 && hidden.length === 0 && <p>Nothing differs but when it was written.</p>}
      {rows.length > 0 && (
        <TableRegion label={`${many(rows.length, "place")} that differ`} minWidth={560}>
          <thead>
            <tr>
              <th scope="col">Element</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ path, before, after }) => (
              <tr key={path}>
                <th scope="row">
                  <code>{path}</code>
                </th>
                <td>
                  <Side value={before} />
                </td>
                <td>
                  <Side value={after} />
                </td>
              </tr>
            ))}
          </tbody>
        </TableRegion>
      )}
      {masked && hidden.length > 0 && (
        <Advice tone="info" title="Changed behind the mask:">
          {hidden.map(elementWords).join(", ")}. The mask looks the same on both sides.
        </Advice>
      )}
    </div>
  );
}

function Side({ value }: { value: string | undefined }) {
  if (value === undefined) return <span className="dim">not there</span>;
  return <span className={maskedClass(value)}>{value}</span>;
}
