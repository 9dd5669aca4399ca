import type { Instance, Plugin } from "@hilum/contract/api";
import { NativeSelect } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiProblem } from "../../api/api-problem.ts";
import type { AnswerById } from "../../api/call.ts";
import { useRead } from "../../api/use-api.ts";
import { Empty } from "../../look/pictures.tsx";
import { GoButton } from "../../shell/go.tsx";
import { Loaded } from "../../shell/loaded.tsx";
import { instanceWord } from "../../text/words.ts";
import type { DevSearch } from "./dev-page.tsx";

/** What a tool works on: the plugin of the address, else the first that somebody works on here. */
export interface Subject {
  query: UseQueryResult<AnswerById<"listPlugins">, ApiProblem>;
  plugin: Plugin | undefined;
  instance: Instance | undefined;
  /** As the address gave them, completed: for the other tools. */
  search: DevSearch;
}

export function useSubject(search: DevSearch): Subject {
  const query = useRead("listPlugins", {}, { everyMs: 15_000 });
  const items = query.data?.items ?? [];
  const plugin = search.plugin === undefined ? firstOf(items) : items.find(({ id }) => id === search.plugin);
  const instance = plugin?.instances.find((candidate) => candidate.instance === (search.instance ?? "default"));
  return { query, plugin, instance, search: plugin === undefined ? search : { ...search, plugin: plugin.id } };
}

/** A linked folder is what a developer works on. */
const firstOf = (items: readonly Plugin[]): Plugin | undefined =>
  items.find(({ code }) => code === "linked") ?? items[0];

interface ForSubjectProps {
  subject: Subject;
  /** The tool works on an instance, not on the plugin as such. */
  perInstance?: boolean;
  onChoose(search: DevSearch): void;
  /** Beside the chooser. */
  controls?: ReactNode;
  children(plugin: Plugin, instance: Instance): ReactNode;
}

/** The chooser of plugin and instance, and the tool below it once there is one. */
export function ForSubject({ subject, perInstance = false, onChoose, controls, children }: ForSubjectProps) {
  const { query, plugin, instance, search } = subject;
  return (
    <Loaded query={query} what="the plugins">
      {({ items }) =>
        items.length === 0 ? (
          <NoPlugins />
        ) : (
          <div className="stack md">
            <div className="filters bottom">
              <NativeSelect
                label={perInstance ? "Plugin and instance" : "Plugin"}
                data={[
                  ...(plugin === undefined ? [{ value: "", label: `${search.plugin ?? ""} (not registered)` }] : []),
                  ...items.flatMap((item) => optionsOf(item, perInstance)),
                ]}
                value={plugin === undefined ? "" : valueOf(plugin.id, perInstance ? search.instance : undefined)}
                onChange={(event) => onChoose(readValue(event.currentTarget.value))}
              />
              {controls}
            </div>
            {plugin === undefined || instance === undefined ? <NotThere search={search} /> : children(plugin, instance)}
          </div>
        )
      }
    </Loaded>
  );
}

interface ForLinkedProps extends Pick<ForSubjectProps, "subject" | "onChoose"> {
  /** What is said of a plugin whose code is no linked folder. */
  otherwise: string;
  children(plugin: Plugin): ReactNode;
}

/** The same for a tool that works on the folder that a plugin is developed in. */
export function ForLinked({ subject, onChoose, otherwise, children }: ForLinkedProps) {
  return (
    <ForSubject subject={subject} onChoose={onChoose}>
      {(plugin) => (plugin.code === "linked" ? children(plugin) : <NotLinked plugin={plugin} what={otherwise} />)}
    </ForSubject>
  );
}

const valueOf = (plugin: string, instance = "default"): string =>
  instance === "default" ? plugin : `${plugin}/${instance}`;

function readValue(value: string): DevSearch {
  const [plugin = "", instance] = value.split("/");
  return { plugin, ...(instance !== undefined && { instance }) };
}

function optionsOf({ id, name, instances }: Plugin, perInstance: boolean): { value: string; label: string }[] {
  if (!perInstance) return [{ value: id, label: name }];
  return instances.map((instance) => ({
    value: valueOf(id, instance.instance),
    label: `${instances.length > 1 ? `${name}, ${instance.title}` : name} (${instanceWord(instance)})`,
  }));
}

export function NoPlugins() {
  return (
    <section className="panel">
      <Empty
        title="No plugin is registered yet"
        action={
          <GoButton to="/dev/scaffold" variant="filled">
            Scaffold a plugin
          </GoButton>
        }
        more={<GoButton to="/plugins/add?from=folder">Link a folder</GoButton>}
      >
        This tool works on a plugin. Begin one here, or link the folder that you work in.
      </Empty>
    </section>
  );
}

function NotThere({ search }: { search: DevSearch }) {
  return (
    <section className="panel">
      <Empty title="There is no such plugin" action={<GoButton to="/plugins">Show the plugins</GoButton>}>
        {search.plugin}
        {search.instance !== undefined && `, instance ${search.instance},`} may have been removed. Choose another one
        above.
      </Empty>
    </section>
  );
}

/** For tools that read or watch the folder that a plugin's developer works in. */
function NotLinked({ plugin, what }: { plugin: Plugin; what: string }) {
  return (
    <section className="panel">
      <Empty
        title={`${plugin.name} is not a linked folder`}
        action={<GoButton to="/plugins/add?from=folder">Link a folder</GoButton>}
        more={<GoButton to="/dev/scaffold">Scaffold a plugin</GoButton>}
      >
        {what}
      </Empty>
    </section>
  );
}
