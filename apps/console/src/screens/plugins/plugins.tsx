import type { Plugin } from "@hilum/contract/api";
import { TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import type { AnswerById } from "../../api/call.ts";
import { useRead } from "../../api/use-api.ts";
import { Glyph, TableRegion } from "../../look/panel.tsx";
import { Empty } from "../../look/pictures.tsx";
import { Advice } from "../../look/problem.tsx";
import { Status, type Word } from "../../look/status.tsx";
import { useMay } from "../../session/account.ts";
import { Go, GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { Page } from "../../shell/page.tsx";
import { many, moment } from "../../text/format.ts";
import { instanceWord, needsAttention, pluginWord, wordRank } from "../../text/words.ts";
import { WaitingRegistrations } from "./waiting.tsx";

const route = getRouteApi("/app/plugins");

export function PluginsScreen() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const plugins = useRead("listPlugins", {}, { everyMs: 15_000 });
  const registrations = useRead("listRegistrations", {}, { everyMs: 15_000 });
  const updates = useRead("listUpdates", {}, { everyMs: 60_000 });
  const mayDecide = useMay("listRegistrations");
  return (
    <Page
      title="Plugins"
      lead={plugins.data === undefined ? undefined : sentence(plugins.data.items)}
      actions={
        <GoButton
          to="/plugins/add"
          variant={(registrations.data?.items.length ?? 0) > 0 ? "default" : "filled"}
          leftSection={<IconPlus size={17} aria-hidden />}
        >
          Add plugin
        </GoButton>
      }
      reads={[plugins, registrations]}
      calls={[["listPlugins"], ["listRegistrations"]]}
      offers={["approveRegistration"]}
    >
      <div className="stack lg">
        <UpdatesNote updates={updates.data?.items ?? []} />
        {mayDecide.allowed && registrations.data !== undefined && registrations.data.items.length > 0 && (
          <WaitingRegistrations registrations={registrations.data.items} />
        )}
        <Loaded query={plugins} what="the plugins">
          {({ items }) =>
            items.length === 0 ? (
              <section className="panel">
                <Empty title="No plugins yet" action={<GoButton to="/plugins/add">Add plugin</GoButton>}>
                  A plugin connects Hilum to one system: a mail server, an SMS provider, a store of records. The
                  practice mailbox needs no account.
                </Empty>
              </section>
            ) : (
              <div>
                <Filters
                  items={items}
                  q={search.q ?? ""}
                  state={search.state}
                  onChange={(next) => void navigate({ search: next, replace: true })}
                />
                <PluginTable items={shown(items, search.q, search.state)} updates={updates.data?.items ?? []} />
              </div>
            )
          }
        </Loaded>
      </div>
    </Page>
  );
}

function sentence(items: readonly Plugin[]): string {
  if (items.length === 0) return "Nothing is connected yet.";
  const words = items.map(pluginWord);
  const bad = words.filter(needsAttention).length;
  const open = words.filter((word) => word.endsWith("needed") || word === "Ready to enable").length;
  const parts = [
    bad > 0 && `${bad} ${bad === 1 ? "needs" : "need"} attention`,
    open > 0 && `${open} ${open === 1 ? "is" : "are"} not set up yet`,
  ].filter((part) => part !== false);
  return `${many(items.length, "plugin")}. ${parts.length === 0 ? "All is well." : `${parts.join(", ")}.`}`;
}

function shown(items: readonly Plugin[], q: string | undefined, state: string | undefined): Plugin[] {
  const wanted = q?.toLowerCase() ?? "";
  return items
    .filter(({ id, name }) => id.includes(wanted) || name.toLowerCase().includes(wanted))
    .filter((plugin) => matches(plugin, state))
    .toSorted((a, b) => wordRank(pluginWord(a)) - wordRank(pluginWord(b)) || a.name.localeCompare(b.name));
}

function matches(plugin: Plugin, state: string | undefined): boolean {
  if (state === undefined) return true;
  if (state === "Needs attention") return plugin.instances.some((instance) => needsAttention(instanceWord(instance)));
  if (state === "Setup needed")
    return plugin.instances.some(
      ({ state: at }) => at === "registered" || at === "configured" || at === "access_reviewed",
    );
  return plugin.instances.some((instance) => instanceWord(instance) === state);
}

type FilterSearch = { q?: string; state?: string };

function Filters({
  items,
  q,
  state,
  onChange,
}: {
  items: readonly Plugin[];
  q: string;
  state: string | undefined;
  onChange(next: FilterSearch): void;
}) {
  const choices = [undefined, "Needs attention", "Healthy", "Setup needed", "Disabled"];
  return (
    <div className="filters" role="group" aria-label="Filter plugins">
      <TextInput
        aria-label="Search plugins"
        placeholder="Name or id"
        leftSection={<IconSearch size={16} aria-hidden />}
        w={270}
        data-page-search
        value={q}
        onChange={(event) =>
          onChange({
            ...(event.currentTarget.value !== "" && { q: event.currentTarget.value }),
            ...(state !== undefined && { state }),
          })
        }
      />
      {choices.map((choice) => (
        <button
          key={choice ?? "all"}
          type="button"
          className="chip"
          aria-pressed={state === choice}
          onClick={() => onChange({ ...(q !== "" && { q }), ...(choice !== undefined && { state: choice }) })}
        >
          {choice ?? "All"} <b className="num">{items.filter((item) => matches(item, choice)).length}</b>
        </button>
      ))}
    </div>
  );
}

type Updates = AnswerById<"listUpdates">["items"];

/** What mends a weakness is said above everything; the rest stands quietly beside each version. */
function UpdatesNote({ updates }: { updates: Updates }) {
  const urgent = updates.filter(({ security }) => security);
  if (urgent.length === 0) return null;
  return (
    <Advice
      title={`${many(urgent.length, "update")} ${urgent.length === 1 ? "mends" : "mend"} a weakness.`}
      actions={<GoButton to="/marketplace/updates">Open Updates</GoButton>}
    >
      {urgent.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(", ")}.
    </Advice>
  );
}

function PluginTable({ items, updates }: { items: readonly Plugin[]; updates: Updates }) {
  if (items.length === 0) {
    return (
      <section className="panel">
        <Empty title="No plugin matches" action={<GoButton to="/plugins">Show all plugins</GoButton>}>
          Nothing has that name and state together.
        </Empty>
      </section>
    );
  }
  return (
    <section className="panel" aria-label="Installed plugins">
      <TableRegion label="Installed plugins, worst state first" minWidth={760}>
        <thead>
          <tr>
            <th scope="col">Plugin</th>
            <th scope="col">State</th>
            <th scope="col" className="r">
              Instances
            </th>
            <th scope="col">Version</th>
            <th scope="col">Last smoke test</th>
            <th scope="col">Patient data</th>
          </tr>
        </thead>
        <tbody>
          {items.map((plugin) => (
            <PluginRow key={plugin.id} plugin={plugin} update={updates.find((row) => row.plugin === plugin.id)?.to} />
          ))}
        </tbody>
      </TableRegion>
    </section>
  );
}

const calm: readonly Word[] = ["Healthy", "Disabled", "Not tested"];

function PluginRow({ plugin, update }: { plugin: Plugin; update: string | undefined }) {
  const word = pluginWord(plugin);
  const problem = plugin.instances.find((instance) => instance.problem !== undefined)?.problem;
  const tested = plugin.instances
    .map(({ lastSmokeRunAt }) => lastSmokeRunAt)
    .filter((at) => at !== undefined)
    .toSorted()
    .at(-1);
  return (
    <tr>
      <th scope="row">
        <div className="row keep" style={{ gap: 12 }}>
          <Glyph name={plugin.name} own={plugin.code === "included" || plugin.code === "host"} />
          <div>
            <Go className="name" to={`/plugins/${plugin.id}`}>
              {plugin.name}
            </Go>
            <span className="sub">{plugin.capabilities.map(({ title }) => title).join(", ")}</span>
          </div>
        </div>
      </th>
      <td>
        <Status word={word} quiet={calm.includes(word)} />
        {problem !== undefined && <span className="sub">{problem.title}</span>}
        {plugin.instances.some(({ testMode }) => testMode) && <span className="sub">Test mode</span>}
      </td>
      <td className="r num">{plugin.instances.length}</td>
      <td>
        {plugin.version ?? <span className="dim">not named</span>}
        {update !== undefined && (
          <span className="sub">
            <Go to={`/plugins/${plugin.id}/versions`}>
              {update} is offered<span className="vh"> for {plugin.name}</span>
            </Go>
          </span>
        )}
        {plugin.pendingRevision && <span className="sub">a revision waits</span>}
      </td>
      <td>
        {tested === undefined ? <Status word="Not tested" quiet /> : <span className="num">{moment(tested)}</span>}
      </td>
      <td>{{ none: "none", transit: "passes through", store: "kept" }[plugin.phi]}</td>
    </tr>
  );
}
