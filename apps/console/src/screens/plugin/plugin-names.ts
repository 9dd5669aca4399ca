import { useRead } from "../../api/use-api.ts";

/** Names plugins and instances as their pages do; an id where the plugin was removed. */
export function usePluginName(): (plugin: string, instance?: string) => string {
  const plugins = useRead("listPlugins", {});
  return (id, instance = "default") => {
    const plugin = plugins.data?.items.find((item) => item.id === id);
    const title = plugin?.instances.find((candidate) => candidate.instance === instance)?.title ?? instance;
    const name = plugin?.name ?? id;
    return instance === "default" ? name : `${name}, ${title}`;
  };
}
