import type { Hook } from "@hilum/contract/api";
import { Button } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useRead } from "../../api/use-api.ts";
import { Empty } from "../../look/pictures.tsx";
import type { WebhooksSearch } from "../../routes/plugins.ts";
import { useMay } from "../../session/account.ts";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { without } from "../../text/search.ts";
import { Deliveries } from "./deliveries.tsx";
import { DeliveryDrawer } from "./delivery-drawer.tsx";
import { HookList } from "./hook-list.tsx";
import { instancePart, instanceQuery, PluginPage } from "./plugin-page.tsx";
import { TestDeliveryDialog } from "./test-delivery-dialog.tsx";

const route = getRouteApi("/app/plugins/$plugin/webhooks");

/** The entrances of a plugin for its vendors: their addresses, what arrived, and what to do about it. */
export function WebhooksScreen() {
  const { plugin } = route.useParams();
  const search = route.useSearch();
  const { instance = "default" } = search;
  const navigate = route.useNavigate();
  const input = { params: { plugin }, query: instanceQuery(instance) };
  const hooks = useRead("listHooks", input, { everyMs: 10_000 });
  const mayRead = useMay("listHookDeliveries").allowed;
  const [testing, setTesting] = useState<Hook>();
  const set = (next: WebhooksSearch): void => void navigate({ search: next, replace: true });
  return (
    <PluginPage
      key={`${plugin}/${instance}`}
      plugin={plugin}
      instance={instance}
      tab="Webhooks"
      prefix="Webhooks of"
      lead="Where vendors call this plugin. Hilum checks each signature and hands over only what is right."
      reads={[hooks]}
      calls={[
        ["listHooks", input],
        ["listHookDeliveries", input],
      ]}
      offers={["sendTestDelivery", "listHookDeliveries"]}
    >
      {() => (
        <>
          <Loaded query={hooks} what="the webhooks">
            {({ items }) =>
              items.length === 0 ? (
                <NoHooks plugin={plugin} instance={instance} />
              ) : (
                <div className="stack lg">
                  <HookList items={items} plugin={plugin} instance={instance} onTest={setTesting} />
                  {mayRead && (
                    <Deliveries
                      plugin={plugin}
                      hooks={items}
                      search={search}
                      onChange={set}
                      testButton={<TestFirst items={items} onTest={setTesting} />}
                    />
                  )}
                </div>
              )
            }
          </Loaded>
          {search.delivery !== undefined && mayRead && (
            <DeliveryDrawer
              key={search.delivery}
              plugin={plugin}
              instance={instance}
              delivery={search.delivery}
              onOpen={(delivery) => set({ ...search, delivery })}
              onClose={() => set(without(search, "delivery"))}
            />
          )}
          {testing !== undefined && (
            <TestDeliveryDialog
              plugin={plugin}
              instance={instance}
              hook={testing}
              onSent={(delivery) => set({ ...without(search, "cursor"), delivery })}
              onClose={() => setTesting(undefined)}
            />
          )}
        </>
      )}
    </PluginPage>
  );
}

function NoHooks({ plugin, instance }: { plugin: string; instance: string }) {
  return (
    <section className="panel">
      <Empty
        title="This plugin has no webhooks"
        action={<GoButton to={`/plugins/${plugin}${instancePart(instance)}`}>Show the plugin</GoButton>}
      >
        A webhook is an address that a vendor calls when something happens on its side. The plugin’s manifest declares
        none, so nothing from outside reaches it.
      </Empty>
    </section>
  );
}

/** The one thing to do while nothing has arrived. */
function TestFirst({ items, onTest }: { items: readonly Hook[]; onTest(hook: Hook): void }) {
  const hook = items.find(({ testable }) => testable);
  const may = useMay("sendTestDelivery");
  if (hook === undefined || !may.allowed) return null;
  return (
    <Button leftSection={<IconSend size={16} aria-hidden />} onClick={() => onTest(hook)}>
      Send a test delivery
    </Button>
  );
}
