import { dark, light, type Tokens } from "../../../apps/console/src/look/tokens.ts";

/** The console's colours as `--hl-*` variables in both schemes, so that site and console cannot drift apart. */
export function lookVariables(): string {
  return `:root[data-theme="light"]{${declare(light)}}:root,:root[data-theme="dark"]{${declare(dark)}}`;
}

function declare(tokens: Tokens): string {
  return Object.entries(tokens)
    .filter(([, value]) => typeof value === "string")
    .map(([name, value]) => `--hl-${kebab(name)}:${String(value)}`)
    .join(";");
}

const kebab = (name: string): string => name.replaceAll(/[A-Z0-9]+/g, (part) => `-${part.toLowerCase()}`);
