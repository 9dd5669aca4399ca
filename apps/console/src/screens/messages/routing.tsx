import { useRead } from "../../api/use-api.ts";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { ChannelRoute } from "./channel-route.tsx";
import { MessageTabs } from "./message-tabs.tsx";

/** Circuits open and close by themselves. */
const everyMs = 5_000;

export function RoutingScreen() {
  const routes = useRead("listRoutes", {}, { everyMs });
  return (
    <Page
      title="Routing"
      lead="Which providers the messages of each channel go through, in which order. Messages without a provider wait; none is lost."
      crumbs={[{ text: "Messages", to: "/messages" }]}
      tabs={<MessageTabs at="Routing" />}
      reads={[routes]}
      calls={[
        ["listRoutes"],
        [
          "setRoute",
          { params: { channel: "email" }, body: { to: [{ plugin: "org.hilum.smtp", instance: "default" }] } },
        ],
      ]}
      offers={["setRoute", "rehearseFailover"]}
    >
      <Loaded query={routes} what="the routes">
        {({ items }) => (
          <div className="stack lg">
            {items.map((route) => (
              <ChannelRoute key={route.channel} route={route} />
            ))}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
