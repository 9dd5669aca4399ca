import type { ConfigSchema } from "@hilum/contract";
import { useState } from "react";
import type { AnswerById } from "../../api/call.ts";
import type { MayDecision } from "../../api/operation-facts.ts";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { ConfirmDialog } from "../../shell/confirm-dialog.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { actorName, moment } from "../../text/format.ts";
import { labelOf } from "@hilum/sdk/ui";
import { instanceQuery } from "./plugin-page.tsx";

type Revision = AnswerById<"listSettingsRevisions">["items"][number];

/** Who changed which setting when; an earlier revision can be made the newest one. */
export function SettingsHistory({
  plugin,
  instance,
  schema,
  current,
}: {
  plugin: string;
  instance: string;
  schema: ConfigSchema | null;
  current: number;
}) {
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const revisions = useRead("listSettingsRevisions", input);
  const restore = useAct("restoreSettings", (answer) => `Restored as revision ${answer.revision}`);
  const [asking, setAsking] = useState<number>();
  return (
    <Panel title="History" flush>
      <Loaded query={revisions} what="the history">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No history yet">Every save stands here, with what changed and who did it.</Empty>
          ) : (
            <TableRegion label="Revisions, newest first" minWidth={640} className="t top">
              <thead>
                <tr>
                  <th scope="col">Revision</th>
                  <th scope="col">When</th>
                  <th scope="col">Who</th>
                  <th scope="col">What changed</th>
                  <th scope="col">
                    <span className="vh">Action</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((revision) => (
                  <RevisionRow
                    key={revision.revision}
                    revision={revision}
                    schema={schema}
                    isCurrent={revision.revision === current}
                    may={restore.may}
                    onRestore={() => setAsking(revision.revision)}
                  />
                ))}
              </tbody>
            </TableRegion>
          )
        }
      </Loaded>
      {asking !== undefined && (
        <ConfirmDialog
          title={`Restore revision ${asking}?`}
          confirm="Restore"
          running={restore.running}
          problem={restore.problem}
          onClose={() => setAsking(undefined)}
          onConfirm={() =>
            void restore
              .run({ params: { plugin, revision: asking }, query: instanceQuery(instance) })
              .then((answer) => answer !== undefined && setAsking(undefined))
          }
        >
          Its values become the newest revision. Secrets stay as they are now. Restore again to undo.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

interface RevisionRowProps {
  revision: Revision;
  schema: ConfigSchema | null;
  isCurrent: boolean;
  may: MayDecision;
  onRestore(): void;
}

function RevisionRow({ revision, schema, isCurrent, may, onRestore }: RevisionRowProps) {
  return (
    <tr>
      <th scope="row" className="num">
        {revision.revision}
        {isCurrent && <span className="sub">in use</span>}
      </th>
      <td className="num">{moment(revision.at)}</td>
      <td>{actorName(revision.by)}</td>
      <td>
        <Changes revision={revision} schema={schema} />
      </td>
      <td className="r">
        {!isCurrent && (
          <ActButton
            compact
            size="compact-sm"
            may={may}
            label={`Restore revision ${revision.revision}`}
            onClick={onRestore}
          >
            Restore
          </ActButton>
        )}
      </td>
    </tr>
  );
}

function Changes({ revision, schema }: { revision: Revision; schema: ConfigSchema | null }) {
  if (revision.changes.length === 0) return <span className="dim">nothing</span>;
  return (
    <ul className="stack xs small">
      {revision.changes.map(({ name, secret, before, after }) => {
        const property = schema?.properties[name];
        return (
          <li key={name}>
            <b className="strong">{property === undefined ? name : labelOf(name, property)}</b>{" "}
            {secret ? "changed, not shown" : `${before ?? "empty"} → ${after ?? "empty"}`}
          </li>
        );
      })}
    </ul>
  );
}
