import type { ReactNode } from "react";
import { Panel } from "../../../look/panel.tsx";
import { Empty } from "../../../look/pictures.tsx";
import { Go, GoButton } from "../../../shell/go.tsx";
import { Paging } from "../../../shell/paging.tsx";
import { actorName, moment } from "../../../text/format.ts";
import { maskedClass, patientPath } from "../record-words.ts";

interface RequestListProps<Row extends { id: string }> {
  /** For who does not see it. */
  label: string;
  items: readonly Row[];
  /** What stands there while nobody has asked. */
  empty: { title: string; text: string };
  cursor: string | undefined;
  next: string | undefined;
  onGo(cursor: string | undefined): void;
  children(row: Row): ReactNode;
}

/** What one person asked for and another decides, newest first. */
export function RequestList<Row extends { id: string }>(props: RequestListProps<Row>) {
  const { label, items, empty, cursor, next, onGo, children } = props;
  if (items.length === 0)
    return (
      <Panel flush label={label}>
        <Empty title={empty.title} action={<GoButton to="/records?type=Patient">Patients</GoButton>}>
          {empty.text}
        </Empty>
      </Panel>
    );
  return (
    <div className="stack md">
      {items.map(children)}
      <div className="row">
        <Paging cursor={cursor} next={next} onGo={onGo} />
      </div>
    </div>
  );
}

export const MaskedPatient = ({ patient, title }: { patient: string; title: string }) => (
  <Go to={patientPath(patient)}>
    <span className={maskedClass(title)}>{title}</span>
  </Go>
);

interface Request {
  requestedBy: string;
  requestedAt: string;
  reason: string;
  until: string;
  decidedBy?: string;
  decidedAt?: string;
  refusal?: string;
}

/** Who asked why, and who decided how: rows of a request's panel. */
export const requestRows = ({ requestedBy, requestedAt, reason, until, decidedBy, decidedAt, refusal }: Request) => ({
  "Asked for": `${actorName(requestedBy)}, ${moment(requestedAt)}`,
  Reason: reason,
  Decided: decidedBy === undefined ? undefined : `${actorName(decidedBy)}, ${moment(decidedAt ?? until)}`,
  Refused: refusal,
});
