import type { RecordPage } from "@hilum/contract/api";
import { KeyValue, Panel } from "../../../look/panel.tsx";
import { Go } from "../../../shell/go.tsx";
import { day, exactly } from "../../../text/format.ts";
import { usePluginName } from "../../plugin/plugin-names.ts";
import { labelWords, patientPath, writerName } from "../record-words.ts";

/** Where the record came from, how long its versions are kept, and what keeps them. */
export function RecordFacts({ page: { record, newest, retention } }: { page: RecordPage }) {
  const nameOf = usePluginName();
  const { store, type, id, version, written, patients, hold, labels } = record;
  return (
    <Panel title="Keeping it">
      <KeyValue
        rows={{
          Version: version === newest ? `${version}, the current one` : `${version} of ${newest}`,
          Written: exactly(written.at),
          By: writerName(written, nameOf),
          Store: store === "embedded" ? "Hilum’s own" : store,
          About:
            patients.length === 0 ? undefined : (
              <ul>
                {patients.map((patient) => (
                  <li key={patient}>
                    <Go to={patientPath(patient)}>
                      <code>{patient}</code>
                    </Go>
                  </li>
                ))}
              </ul>
            ),
          Retention: retention.says,
          Goes: retention.goesAt === undefined ? undefined : day(retention.goesAt),
          "Legal hold": hold ? "Yes: nothing of it goes" : "None",
          Labels: labels.map((label) => labelWords[label] ?? label).join(", "),
          Identifier: (
            <code>
              {type}/
              <wbr />
              {id}
            </code>
          ),
        }}
      />
    </Panel>
  );
}
