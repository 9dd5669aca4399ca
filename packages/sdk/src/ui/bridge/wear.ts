import type { PageLook } from "@hilum/contract/bridge";

/** Puts the console's look on the document: its tokens as custom properties, the rest as attributes that style sheets can ask for. */
export function wear(look: PageLook, languages: readonly string[]): void {
  const root = document.documentElement;
  root.lang = languages.find((language) => look.locale.startsWith(language)) ?? languages[0] ?? "en";
  root.dataset["scheme"] = look.scheme;
  root.dataset["contrast"] = look.contrast;
  root.dataset["font"] = look.font;
  root.dataset["motion"] = look.motion;
  root.style.colorScheme = look.scheme;
  root.style.fontSize = `${look.textSize}%`;
  for (const [name, value] of Object.entries(look.tokens)) root.style.setProperty(name, value);
}
