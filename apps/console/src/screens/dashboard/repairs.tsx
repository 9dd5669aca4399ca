import { useRead } from "../../api/use-api.ts";
import { Panel } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { clock, many } from "../../text/format.ts";
import { RepairList } from "./repair-list.tsx";

export function RepairsScreen() {
  const dashboard = useRead("getDashboard", {}, { everyMs: 20_000 });
  const open = dashboard.data?.repairs.length ?? 0;
  return (
    <Page
      title="Repairs"
      lead={
        open === 0
          ? "Every open problem of the whole system."
          : `${many(open, "open problem")}, worst first. Each button leads to the place where it is mended.`
      }
      reads={[dashboard]}
      calls={[["getDashboard"]]}
    >
      <Loaded query={dashboard} what="the open problems">
        {({ repairs }) => (
          <Panel flush label="Open problems">
            {repairs.length === 0 ? (
              <Empty title="No repairs pending" action={<GoButton to="/">Go to the dashboard</GoButton>}>
                Nothing needs attention. Last check {clock(dashboard.dataUpdatedAt)}.
              </Empty>
            ) : (
              <RepairList repairs={repairs} />
            )}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}
