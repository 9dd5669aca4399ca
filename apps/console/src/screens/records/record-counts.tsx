import type { RecordStore } from "@hilum/contract/api";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { bytes, count } from "../../text/format.ts";
import { RecordIcon } from "./record-icon.tsx";

/** How much of what a store holds: all that somebody without the right to rows sees. */
export function RecordCounts({ store: { title, types } }: { store: RecordStore }) {
  return (
    <Panel flush title={title}>
      <TableRegion label={`Records in ${title}`} minWidth={520}>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col" className="r">
              Records
            </th>
            <th scope="col" className="r">
              Versions
            </th>
            <th scope="col" className="r">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {types.map(({ type, label, icon, records, versions, bytes: size }) => (
            <tr key={type}>
              <th scope="row">
                <span className="row">
                  <RecordIcon name={icon} />
                  {label}
                </span>
              </th>
              <td className="r num">{said(records, count)}</td>
              <td className="r num">{said(versions, count)}</td>
              <td className="r num">{said(size, bytes)}</td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
    </Panel>
  );
}

/** Stores elsewhere do not tell how much they hold. */
const said = (n: number | undefined, say: (n: number) => string): string => (n === undefined ? "not told" : say(n));
