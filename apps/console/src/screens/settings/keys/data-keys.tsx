import type { DataKey } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { Panel, TableRegion } from "../../../look/panel.tsx";
import { Status } from "../../../look/status.tsx";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";
import { count, moment } from "../../../text/format.ts";

const states = {
  active: { word: "Active", text: "Active" },
  pending: { word: "Queued", text: "Waiting" },
  retired: { word: "Off", text: "Retired" },
} as const;

/** Each data key, what it still seals, and the way to be rid of one for good. */
export function DataKeys({ keys }: { keys: readonly DataKey[] }) {
  const [chosen, setChosen] = useState<number>();
  const destroy = useAct("destroyKey", "The key was destroyed");
  return (
    <Panel title="Data keys" flush>
      <TableRegion label="Data keys" minWidth={560}>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            <th scope="col">Values it seals</th>
            <th scope="col">
              <span className="vh">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ id, state, createdAt, values }) => (
            <tr key={id}>
              <th scope="row">Key {id}</th>
              <td>
                <Status word={states[state].word} quiet>
                  {states[state].text}
                </Status>
              </td>
              <td className="num">{moment(createdAt)}</td>
              <td className="num">{describe(state, values)}</td>
              <td>
                {state === "retired" && (
                  <ActButton
                    may={destroy.may}
                    compact
                    variant="subtle"
                    label={`Destroy key ${id}`}
                    onClick={() => {
                      destroy.reset();
                      setChosen(id);
                    }}
                  >
                    Destroy
                  </ActButton>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </TableRegion>
      {chosen !== undefined && (
        <ConfirmDialog
          title={`Destroy key ${chosen}?`}
          confirm="Destroy"
          danger
          running={destroy.running}
          problem={destroy.problem}
          onClose={() => setChosen(undefined)}
          onConfirm={() =>
            void destroy.attempt({ params: { key: chosen } }).then((done) => done && setChosen(undefined))
          }
        >
          <p>
            Hilum counts first what it still seals, and refuses if that is a single value. Afterwards nothing brings the
            key back, but a backup of the database holds it as long as you keep that backup.
          </p>
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function describe(state: DataKey["state"], values: number | undefined): string {
  if (state === "active") return "everything that is written now";
  if (values === undefined) return "not counted";
  return values === 0 ? "nothing any more" : count(values);
}
