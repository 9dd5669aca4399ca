/** An element by its local name: prefixes and namespaces are dropped. */
export interface XmlElement {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly XmlNode[];
}
export type XmlNode = string | XmlElement;

const depthMax = 200;
const nodesMax = 200_000;

const token =
  /<!--(?:(?!--)[\s\S])*-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: XmlNode[];
}

/**
 * Well-formed XML as a tree; undefined where it is not, is nested deeper than 200 elements, or names a document type:
 * so there is nothing to load and no entity to expand. The browser's own parser is not used, for what it makes is a
 * document. Linear in the length of the text. XML 1.0, https://www.w3.org/TR/xml/
 */
export function parseXml(text: string): XmlElement | undefined {
  const top: Open = { name: "", attributes: {}, children: [] };
  const open: Open[] = [top];
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let nodes = 0;
  while (position < text.length) {
    const inside = open.at(-1) ?? top;
    if (++nodes > nodesMax) return undefined;
    const next = text.indexOf("<", position);
    const end = next === -1 ? text.length : next;
    if (end > position) {
      const words = text.slice(position, end);
      if (open.length === 1 && words.trim() !== "") return undefined;
      if (open.length > 1) inside.children.push(decodeEntities(words));
      position = end;
      continue;
    }
    token.lastIndex = position;
    const match = token.exec(text);
    if (match === null) return undefined;
    position = token.lastIndex;
    const [, literal, closing, name, attributes = "", selfClosing] = match;
    if (literal !== undefined) {
      if (open.length === 1) return undefined;
      inside.children.push(literal);
    } else if (name === undefined) continue;
    else if (closing === "/") {
      if (open.length === 1 || attributes !== "" || inside.name !== name) return undefined;
      open.pop();
      inside.name = localName(name);
    } else {
      if (open.length > depthMax || (open.length === 1 && top.children.some(isElement))) return undefined;
      const element: Open = { name, attributes: readAttributes(attributes), children: [] };
      inside.children.push(element);
      if (selfClosing === "/") element.name = localName(name);
      else open.push(element);
    }
  }
  return open.length === 1 ? top.children.find(isElement) : undefined;
}

export const isElement = (node: XmlNode): node is XmlElement => typeof node !== "string";

/** The first child of that name, by a path of names. */
export function childOf(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  let found = element;
  for (const name of path) found = found?.children.filter(isElement).find((child) => child.name === name);
  return found;
}

export const childrenOf = (element: XmlElement | undefined, name: string): XmlElement[] =>
  (element?.children ?? []).filter(isElement).filter((child) => child.name === name);

/** All text in an element, white space folded. */
export function textIn(element: XmlElement | undefined): string {
  const gather = (node: XmlNode): string => (isElement(node) ? node.children.map(gather).join(" ") : node);
  return element === undefined ? "" : gather(element).replaceAll(/\s+/g, " ").trim();
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

function readAttributes(text: string): Record<string, string> {
  const found = [...text.matchAll(attribute)].map(
    ([, name = "", double, single]) => [localName(name), decodeEntities(double ?? single ?? "")] as const,
  );
  return Object.fromEntries(found);
}

const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: "\u00A0" };

/** Entities that XML itself names, numbers, and the space that XHTML writes most; others stay as they are written. */
function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{2,6}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name as string] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
  });
}
