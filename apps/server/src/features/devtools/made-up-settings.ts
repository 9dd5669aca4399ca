import { withDefaults, type ConfigProperty, type ConfigSchema } from "@hilum/contract";

/**
 * Settings as nobody has entered them: what is given, the manifest's defaults, and for what has to be there and is neither, a value
 * of its type. A plugin is judged with all that it may count on, and with nothing that is anybody's.
 */
export function madeUpSettings(
  config: ConfigSchema,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const settings = withDefaults(config, given);
  for (const name of config.required ?? []) {
    const declared = config.properties[name];
    if (declared !== undefined && settings[name] === undefined) settings[name] = valueOf(declared);
  }
  return settings;
}

/** Of 32 letters, a length that keys in base64 have. */
const text = "SyntheticSyntheticSyntheticSynth";

function valueOf({ type, enum: values, placeholder, minimum = 0, maxLength }: ConfigProperty): unknown {
  if (values?.[0] !== undefined) return values[0];
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return minimum;
  if (type === "array") return [];
  return placeholder ?? text.slice(0, maxLength);
}
