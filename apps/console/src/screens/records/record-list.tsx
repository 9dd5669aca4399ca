import type { MaskedRecord } from "@hilum/contract/api";
import { Status } from "../../look/status.tsx";
import { Go } from "../../shell/go.tsx";
import { moment, sayMoment } from "../../text/format.ts";
import { usePluginName } from "../plugin/plugin-names.ts";
import { RecordIcon } from "./record-icon.tsx";
import { labelWords, maskedClass, patientPath, recordPath, writerName } from "./record-words.ts";

/** Rows as the server masked them: enough to recognise a record that one knows, too little to learn who it is about. */
export function RecordList({ items }: { items: readonly MaskedRecord[] }) {
  const nameOf = usePluginName();
  return (
    <ul className="records" aria-label="Records">
      {items.map((record) => (
        <li key={`${record.type}/${record.id}`}>
          <span className="ic">
            <RecordIcon name={record.icon} size={20} />
          </span>
          <div>
            <Go className="t1" to={pathOf(record)}>
              <span className={maskedClass(record.title)}>{record.title}</span>
            </Go>
            <div className="lines">
              {record.lines.map(({ label, value }) => (
                <span key={label}>
                  <span className="dim">{label}</span> <span className={maskedClass(value)}>{sayMoment(value)}</span>
                </span>
              ))}
              <code>{record.id}</code>
            </div>
          </div>
          <div className="flags">
            <RecordFlags record={record} quiet />
          </div>
          <div className="at num">
            {moment(record.written.at)}
            <span className="sub">{writerName(record.written, nameOf)}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

const pathOf = ({ type, id, store }: MaskedRecord): string =>
  type === "Patient" && store === "embedded" ? patientPath(id) : recordPath({ type, id }, store);

/** What must be known before anything is done with a record. */
export function RecordFlags({
  record: { hold, deleted, labels },
  quiet = false,
}: {
  record: MaskedRecord;
  quiet?: boolean;
}) {
  return (
    <>
      {hold && <Status word="On hold" quiet={quiet} />}
      {deleted && <Status word="Deleted" quiet={quiet} />}
      {labels
        .filter((label) => label !== "N")
        .map((label) => (
          <span key={label} className="tag">
            {labelWords[label] ?? label}
          </span>
        ))}
    </>
  );
}
