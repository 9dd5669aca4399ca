import type { RecordStore } from "@hilum/contract/api";
import { IconDatabase, IconPlug } from "@tabler/icons-react";
import { Go } from "../../shell/go.tsx";
import { count } from "../../text/format.ts";
import { RecordIcon } from "./record-icon.tsx";
import { recordsIn } from "./record-words.ts";

/** Stores, and the types that the chosen one holds with how many of each. */
export function StoreTree({
  stores,
  store,
  type,
  pathOf,
}: {
  stores: readonly RecordStore[];
  store: string;
  type: string | undefined;
  pathOf(store: string, type: string | undefined): string;
}) {
  return (
    <nav className="tree" aria-label="Stores and types">
      <ul>
        {stores
          .map((row) => ({ ...row, records: recordsIn([row]) }))
          .map(({ id, title, role, types, records }) => (
            <li key={id}>
              <Go to={pathOf(id, types[0]?.type)} className="store" aria-current={id === store ? "true" : undefined}>
                {role === "primary" ? (
                  <IconDatabase size={18} stroke={1.75} aria-hidden />
                ) : (
                  <IconPlug size={18} stroke={1.75} aria-hidden />
                )}
                <span>{title}</span>
                {records !== undefined && <span className="num">{count(records)}</span>}
              </Go>
              {id === store && types.length > 0 && (
                <ul>
                  {types.map((row) => (
                    <li key={row.type}>
                      <Go to={pathOf(id, row.type)} aria-current={row.type === type ? "page" : undefined}>
                        <RecordIcon name={row.icon} size={17} />
                        <span>{row.label}</span>
                        {row.records !== undefined && <span className="num">{count(row.records)}</span>}
                      </Go>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
      </ul>
    </nav>
  );
}
