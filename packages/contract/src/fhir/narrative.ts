/**
 * The XHTML that a FHIR narrative may hold (R4 narrative.html#xhtml): formatting elements and attributes, no active
 * content, no forms, no frames, no external style. Anything else is refused rather than cleaned.
 */
const elements = new Set(
  "a abbr acronym b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var".split(
    " ",
  ),
);
const attributes = new Set(
  "abbr accesskey align alt axis bgcolor border cellhalign cellpadding cellspacing cellvalign char charoff charset cite class clear color colspan compact dir face frame headers height href hreflang hspace id lang longdesc name noshade nowrap rel rev rowspan rules scope size span src start style summary tabindex title type valign value vlink vspace width xml:id xml:lang xml:space xmlns".split(
    " ",
  ),
);
const voidElements = new Set(["br", "col", "hr", "img"]);

const token =
  /<!--(?:(?!--)[\s\S])*-->|<(\/?)([A-Za-z][A-Za-z0-9:]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const addressed = new Set(["href", "src", "cite", "longdesc"]);

/** What makes the narrative unacceptable, in words that quote nothing of it, or undefined. Linear in its length. */
export function narrativeFault(div: string): string | undefined {
  const open: string[] = [];
  let content = false;
  let position = 0;
  while (position < div.length) {
    const next = div.indexOf("<", position);
    const textEnd = next === -1 ? div.length : next;
    if (textEnd > position) {
      if (open.length === 0 && div.slice(position, textEnd).trim() !== "") return "text stands outside the div";
      content ||= div.slice(position, textEnd).trim() !== "";
      position = textEnd;
      continue;
    }
    token.lastIndex = position;
    const match = token.exec(div);
    if (match === null) return "it is not well-formed XHTML";
    position = token.lastIndex;
    const [, closing, name, rest, selfClosing] = match;
    if (name === undefined) continue;
    if (closing) {
      if (open.pop() !== name) return "its elements are not closed in order";
      if (open.length === 0 && div.slice(position).trim() !== "") return "something follows the div";
      continue;
    }
    if (open.length === 0 && name !== "div") return "it is not one div";
    if (!elements.has(name))
      return "it holds an element that is not formatting (scripts, styles, forms and frames are refused)";
    const fault = attributesFault(rest ?? "");
    if (fault !== undefined) return fault;
    content ||= name === "img";
    if (!selfClosing) open.push(name);
    else if (open.length === 0) return "it is empty";
    if (!selfClosing && voidElements.has(name)) return "an element without content is not closed";
    if (open.length > 64) return "it is nested deeper than 64 elements";
  }
  if (open.length > 0) return "an element is not closed";
  return content ? undefined : "it is empty";
}

function attributesFault(text: string): string | undefined {
  for (const [, name = "", double, single] of text.matchAll(attribute)) {
    if (!attributes.has(name)) return "it holds an attribute that is not formatting (event handlers are refused)";
    const value = decode(double ?? single ?? "");
    if (addressed.has(name) && !isHarmlessAddress(value)) return "an address in it is of a kind that can run code";
    if (name === "style" && /url\s*\(|expression\s*\(|@import|javascript:|\\/i.test(value))
      return "a style in it can load or run something";
  }
  return undefined;
}

/** Relative addresses, fragments, http(s), ftp, mailto, tel, and pictures as data. */
function isHarmlessAddress(value: string): boolean {
  // Browsers drop white space and control characters inside a scheme.
  const bare = value.replaceAll(/[\u0000-\u0020\u007F-\u009F\u00AD\u200B-\u200F\u2028\u2029\uFEFF]/g, "").toLowerCase();
  const scheme = /^([^/?#]*?):/.exec(bare)?.[1];
  if (scheme === undefined) return true;
  return (
    ["http", "https", "ftp", "mailto", "tel"].includes(scheme) || /^data:image\/(?:png|jpeg|gif|webp)[;,]/.test(bare)
  );
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  colon: ":",
  tab: "\t",
  newline: "\n",
};

function decode(value: string): string {
  return value.replaceAll(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : "";
    },
  );
}
