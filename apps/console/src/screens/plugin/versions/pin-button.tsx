import type { PluginVersions } from "@hilum/contract/api";
import { useState } from "react";
import { useAct } from "../../../api/use-api.ts";
import { useMay } from "../../../session/account.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { ConfirmDialog } from "../../../shell/confirm-dialog.tsx";

/** Holds the plugin at its version, or lets it go. */
export function PinButton({ versions: { plugin, pin } }: { versions: PluginVersions }) {
  const hold = useAct("pinPlugin", pin === undefined ? "Held at this version" : "Updates are offered again");
  const may = useMay("pinPlugin");
  const [asking, setAsking] = useState(false);
  const params = { plugin };
  if (pin !== undefined)
    return (
      <ActButton
        compact
        may={may}
        running={hold.running}
        onClick={() => void hold.run({ params, body: { pinned: false } })}
      >
        Let it be updated
      </ActButton>
    );
  return (
    <>
      <ActButton compact may={may} onClick={() => setAsking(true)}>
        Hold this version
      </ActButton>
      {asking && (
        <ConfirmDialog
          title="Hold this version?"
          confirm="Hold it"
          reason="required"
          running={hold.running}
          problem={hold.problem}
          onClose={() => setAsking(false)}
          onConfirm={(reason) =>
            void hold
              .run({ params, body: { pinned: true, reason } })
              .then((done) => done !== undefined && setAsking(false))
          }
        >
          No update is offered while it is held, not even with “Update all”. What its publisher takes back is stopped
          all the same.
        </ConfirmDialog>
      )}
    </>
  );
}
