import { getRouteApi } from "@tanstack/react-router";
import { Empty } from "../../look/pictures.tsx";
import { GoButton } from "../../shell/go.tsx";
import { FurtherPage } from "./own-or-generated.tsx";
import { instancePart, PluginPage } from "./plugin-page.tsx";

const route = getRouteApi("/app/plugins/$plugin/pages/$page");

/** A further page of a plugin's own, as a tab of it. */
export function OwnPageScreen() {
  const { plugin, page: path } = route.useParams();
  const { instance = "default" } = route.useSearch();
  const name = `pages/${path}` as const;
  return (
    <PluginPage key={`${plugin}/${instance}/${path}`} plugin={plugin} instance={instance} tab={name}>
      {(detail) => {
        const page = detail.pages.find((candidate) => candidate.name === name);
        if (page !== undefined) return <FurtherPage page={page} detail={detail} instance={instance} />;
        return (
          <section className="panel">
            <Empty
              title={`${detail.name} has no page “${path}”`}
              action={<GoButton to={`/plugins/${plugin}${instancePart(instance)}`}>Open its overview</GoButton>}
            >
              The manifest may have changed, or the address was cut.
            </Empty>
          </section>
        );
      }}
    </PluginPage>
  );
}
