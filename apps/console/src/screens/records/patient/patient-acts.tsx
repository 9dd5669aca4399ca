import type { PatientOverview } from "@hilum/contract/api";
import { ActionIcon, Menu } from "@mantine/core";
import {
  IconDots,
  IconFileExport,
  IconFlame,
  IconLock,
  IconLockOpen,
  IconShieldExclamation,
} from "@tabler/icons-react";
import { useState } from "react";
import type { MayDecision } from "../../../api/operation-facts.ts";
import { ActButton } from "../../../shell/act-button.tsx";
import { MenuAct } from "../../../shell/menu-act.tsx";
import { ExportDialog } from "../custody/export-dialog.tsx";
import { HoldDialog } from "../custody/hold-dialog.tsx";
import { ShredDialog } from "../custody/shred-dialog.tsx";
import { GlassDialog } from "../glass/glass-dialog.tsx";
import { permissionTo } from "../record-words.ts";

const allFields = ["identity", "contact", "clinical", "documents"] as const;
const whyNot = (may: MayDecision | undefined): string | undefined => (may?.allowed === false ? may.reason : undefined);

/** What may be done about a patient: reveal on top, what is rare or cannot be undone in the menu. */
export function PatientActs({
  id,
  overview: { patient, hold, glass, types, can },
}: {
  id: string;
  overview: PatientOverview;
}) {
  const [asking, setAsking] = useState<"reveal" | "hold" | "lift" | "export" | "shred">();
  const close = (): void => setAsking(undefined);
  const title = patient?.title ?? "this patient";
  const target = { patient: id };
  const [reveal, mayHold, mayLift, mayExport, mayShred] = (
    ["reveal", "hold", "liftHold", "export", "shred"] as const
  ).map((act) => permissionTo(act, can));
  return (
    <>
      {glass === undefined && reveal !== undefined && (
        <ActButton
          compact
          may={reveal}
          leftSection={<IconShieldExclamation size={17} aria-hidden />}
          onClick={() => setAsking("reveal")}
        >
          Reveal (break glass)
        </ActButton>
      )}
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size={34} aria-label="More actions">
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {hold === undefined && mayHold !== undefined && (
            <MenuAct
              leftSection={<IconLock size={16} aria-hidden />}
              blocked={whyNot(mayHold)}
              onClick={() => setAsking("hold")}
            >
              Put under a legal hold
            </MenuAct>
          )}
          {hold !== undefined && mayLift !== undefined && (
            <MenuAct
              leftSection={<IconLockOpen size={16} aria-hidden />}
              blocked={whyNot(mayLift)}
              onClick={() => setAsking("lift")}
            >
              Lift the legal hold
            </MenuAct>
          )}
          {mayExport !== undefined && (
            <MenuAct
              leftSection={<IconFileExport size={16} aria-hidden />}
              blocked={whyNot(mayExport)}
              onClick={() => setAsking("export")}
            >
              Ask for an export
            </MenuAct>
          )}
          {mayShred !== undefined && (
            <MenuAct
              leftSection={<IconFlame size={16} aria-hidden />}
              blocked={whyNot(mayShred)}
              onClick={() => setAsking("shred")}
            >
              Ask for destruction
            </MenuAct>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === "reveal" && (
        <GlassDialog
          title={title}
          fields={allFields}
          targets={[{ words: "All records of this patient", target }]}
          onOpened={close}
          onClose={close}
        />
      )}
      {(asking === "hold" || asking === "lift") && (
        <HoldDialog target={target} title={title} lift={asking === "lift"} onClose={close} />
      )}
      {asking === "export" && <ExportDialog patient={id} title={title} types={types} onClose={close} />}
      {asking === "shred" && <ShredDialog patient={id} title={title} onClose={close} />}
    </>
  );
}
