import type { SnoozedRepair } from "@hilum/contract/api";
import { useAct, useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { ActButton } from "../../shell/act-button.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { actorName, clock, day, many } from "../../text/format.ts";
import { RepairList } from "./repair-list.tsx";

export function RepairsScreen() {
  const repairs = useRead("listRepairs", {}, { everyMs: 20_000 });
  const open = repairs.data?.open.length ?? 0;
  return (
    <Page
      title="Repairs"
      lead={
        open === 0
          ? "Every open problem of the whole system."
          : `${many(open, "open problem")}, worst first. Each button leads to the place where it is mended.`
      }
      reads={[repairs]}
      calls={[["listRepairs"]]}
      offers={["snoozeRepair"]}
    >
      <Loaded query={repairs} what="the open problems">
        {(shown) => (
          <div className="stack lg">
            <Panel flush label="Open problems">
              {shown.open.length === 0 ? (
                <Empty title="No repairs pending" action={<GoButton to="/">Go to the dashboard</GoButton>}>
                  {shown.snoozed.length === 0
                    ? "Nothing needs attention."
                    : `Nothing needs attention but what was put off: ${many(shown.snoozed.length, "problem")}.`}{" "}
                  Last check {clock(repairs.dataUpdatedAt)}.
                </Empty>
              ) : (
                <RepairList repairs={shown.open} snoozable />
              )}
            </Panel>
            {shown.snoozed.length > 0 && <Snoozed repairs={shown.snoozed} />}
          </div>
        )}
      </Loaded>
    </Page>
  );
}

/** Problems that were put off: until when, why and by whom. */
function Snoozed({ repairs }: { repairs: readonly SnoozedRepair[] }) {
  const unsnooze = useAct("unsnoozeRepair", "Shown again");
  return (
    <Panel title="Put off" flush>
      <RepairList
        repairs={repairs}
        quiet
        renderNote={(repair) => {
          const { snoozed } = repair as SnoozedRepair;
          return `Put off until ${day(snoozed.until)} by ${actorName(snoozed.by)}: ${snoozed.reason}`;
        }}
        renderAct={(repair) => (
          <ActButton
            may={unsnooze.may}
            compact
            running={unsnooze.running}
            label={`Show again: ${repair.title}`}
            onClick={() => void unsnooze.run({ params: { repair: repair.id } })}
          >
            Show again
          </ActButton>
        )}
      />
    </Panel>
  );
}
