import type { RecordPage, RecordVersion } from "@hilum/contract/api";
import { useState } from "react";
import { useRead } from "../../../api/use-api.ts";
import { Panel } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { Go } from "../../../shell/go.tsx";
import { Loaded } from "../../../shell/loaded.tsx";
import { moment } from "../../../text/format.ts";
import { usePluginName } from "../../plugin/plugin-names.ts";
import { permissionTo, recordPath, writerName } from "../record-words.ts";
import { CompareDialog } from "./compare-dialog.tsx";
import { elementWords } from "./fhir-value.ts";
import { RestoreDialog } from "./restore-dialog.tsx";

const changeWords = { created: "Created", changed: "Changed", deleted: "Deleted", restored: "Restored" } as const;

/** Who wrote what when: newest first, with what changed from the one before. */
export function Versions({ page }: { page: RecordPage }) {
  const { type, id, version: shown } = page.record;
  const [cursor, setCursor] = useState<string>();
  const versions = useRead("listRecordVersions", {
    params: { type, id },
    query: cursor === undefined ? {} : { cursor },
  });
  const [compared, setCompared] = useState<number>();
  const [restoring, setRestoring] = useState<RecordVersion>();
  return (
    <Loaded query={versions} what="the versions">
      {({ items, next }) => (
        <Panel
          title="Versions"
          flush
          foot={
            next === undefined ? undefined : (
              <button type="button" className="tbtn" onClick={() => setCursor(next)}>
                Older versions
              </button>
            )
          }
        >
          <ol className="versions">
            {items.map((version) => (
              <Version
                key={version.version}
                version={version}
                shown={version.version === shown}
                path={recordPath({ type, id, version: version.version })}
                onCompare={() => setCompared(version.version)}
                onRestore={() => setRestoring(version)}
              />
            ))}
          </ol>
          {compared !== undefined && (
            <CompareDialog
              page={page}
              version={items.find((row) => row.version === compared)}
              onClose={() => setCompared(undefined)}
            />
          )}
          {restoring !== undefined && (
            <RestoreDialog page={page} version={restoring} onClose={() => setRestoring(undefined)} />
          )}
        </Panel>
      )}
    </Loaded>
  );
}

interface VersionProps {
  version: RecordVersion;
  shown: boolean;
  path: string;
  onCompare(): void;
  onRestore(): void;
}

function Version({ version, shown, path, onCompare, onRestore }: VersionProps) {
  const nameOf = usePluginName();
  const { version: number, written, change, elements, current } = version;
  const mayRestore = permissionTo("restore", version.can);
  return (
    <li data-shown={shown || undefined}>
      <div className="row">
        <Go to={path} aria-current={shown ? "true" : undefined}>
          Version {number}
        </Go>
        <span>{changeWords[change]}</span>
        {current && <span className="tag">Current</span>}
        {shown && <span className="vh">shown now</span>}
        {change === "deleted" && <Status word="Deleted" quiet />}
      </div>
      <p className="small dim">
        <span className="num">{moment(written.at)}</span>, {writerName(written, nameOf)}
      </p>
      {change !== "created" && elements.length > 0 && <p className="small">{elements.map(elementWords).join(", ")}</p>}
      <div className="row">
        {number > 1 && (
          <ActButton
            size="compact-sm"
            variant="subtle"
            label={`Compare with ${number - 1}: version ${number}`}
            onClick={onCompare}
          >
            Compare with {number - 1}
          </ActButton>
        )}
        {mayRestore !== undefined && !current && (
          <ActButton
            size="compact-sm"
            variant="subtle"
            may={mayRestore}
            label={`Restore version ${number}`}
            onClick={onRestore}
          >
            Restore
          </ActButton>
        )}
      </div>
    </li>
  );
}
