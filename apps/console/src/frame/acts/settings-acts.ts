import type { ConfigProperty, ConfigSchema } from "@hilum/contract";
import { labelOf, showInput } from "@hilum/sdk/ui";
import type { Ask } from "../ask.ts";
import { secretsOf, type Acts, type ActStand } from "./stand.ts";

export const settingsActs = ({
  about,
  acted,
  agreed,
  call,
  name,
  unlessGesture,
}: ActStand): Acts<"config.read" | "config.test" | "config.save"> => ({
  "config.read": () => call("getSettings", about),
  "config.test": async ({ values, secrets = [] }) => {
    const { schema } = await call("getSettings", about);
    const answered = await unlessGesture({
      title: `Test settings of ${name}?`,
      text: "Hilum tries them with the provider. Nothing is saved.",
      secrets: secretFields(schema as ConfigSchema | null, secrets),
      confirm: "Test",
    });
    return await call("testSettings", { ...about, body: { values, ...secretsOf(answered) } });
  },
  "config.save": async ({ values, revision, secrets = [] }) => {
    const saved = await call("getSettings", about);
    const schema = saved.schema as ConfigSchema | null;
    const answered = await agreed({
      title: `Save settings of ${name}?`,
      text: "They apply at once; an enabled instance is started with them.",
      changes: changesOf(schema, { ...saved.defaults, ...saved.values }, values),
      secrets: secretFields(schema, secrets),
      confirm: "Save",
    });
    const body = { values, revision, ...secretsOf(answered) };
    return await acted(call("saveSettings", { ...about, body }), "Settings saved");
  },
});

/** The secrets that are to be typed; names that the manifest does not call secret are passed over. */
export function secretFields(schema: ConfigSchema | null, names: readonly string[]): NonNullable<Ask["secrets"]> {
  return names.flatMap((name) => {
    const property = schema?.properties[name];
    return property?.secret === true
      ? [{ name, label: labelOf(name, property), multiline: property.multiline ?? false }]
      : [];
  });
}

/** Every setting that would be another one, in its own label; a page cannot choose what is shown of it. */
function changesOf(
  schema: ConfigSchema | null,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): NonNullable<Ask["changes"]> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => {
      const property: ConfigProperty = schema?.properties[name] ?? { type: "string" };
      return {
        label: labelOf(name, property),
        before: shown(property, before[name]),
        after: shown(property, after[name]),
      };
    });
}

function shown(property: ConfigProperty, value: unknown): string {
  const title = property.enumTitles?.[property.enum?.indexOf(value as string) ?? -1];
  const text = title ?? showInput(value);
  return text === "" ? "empty" : text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
