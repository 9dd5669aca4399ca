import { createElement, Fragment, type ReactNode } from "react";
import { isElement, type XmlElement, type XmlNode } from "./xml.ts";

/** What is shown as an element of ours, without a single attribute of the author's but the spans of cells. */
const shown: Readonly<Record<string, string>> = {
  ...{ p: "div", paragraph: "div", blockquote: "blockquote", pre: "pre", code: "code", samp: "code", kbd: "code" },
  ...{ ul: "ul", ol: "ol", li: "li", item: "li", dl: "div", dt: "div", dd: "div", table: "table" },
  ...{ b: "strong", strong: "strong", i: "em", em: "em", var: "em", sub: "sub", sup: "sup", del: "del", ins: "ins" },
  ...{ h1: "strong", h2: "strong", h3: "strong", h4: "strong", h5: "strong", h6: "strong", caption: "strong" },
};
/** Whose children stand in its place. */
const seenThrough = new Set(
  "div span content a linkHtml abbr acronym big small cite dfn font q tt u strike s footnote text".split(" "),
);
const blocks = new Set(["h1", "h2", "h3", "h4", "h5", "h6", "caption"]);
const rowGroups: ReadonlySet<string> = new Set(["thead", "tbody", "tfoot"]);
const styleElements: Readonly<Record<string, string>> = { Bold: "strong", Italics: "em", Emphasis: "em" };
const spanMax = 50;

/**
 * A narrative (XHTML of FHIR, or the block of CDA R2) as React elements from a short list. Nothing of it is written as
 * HTML: scripts, styles, forms, frames, pictures, addresses and whatever the list does not name are left out.
 */
export function Markup({ nodes }: { nodes: readonly XmlNode[] }) {
  return <div className="narrative">{nodes.map(show)}</div>;
}

function show(node: XmlNode, at: number): ReactNode {
  if (!isElement(node)) return node;
  const { name } = node;
  if (name === "br") return <br key={at} />;
  if (name === "hr") return <hr key={at} />;
  if (name === "table") return <Table key={at} table={node} />;
  if (name === "list") return <List key={at} list={node} />;
  if (seenThrough.has(name)) {
    const element = styleElements[node.attributes["styleCode"] ?? ""];
    const inside = node.children.map(show);
    if (element !== undefined) return createElement(element, { key: at }, inside);
    return name === "div" ? <div key={at}>{inside}</div> : <Fragment key={at}>{inside}</Fragment>;
  }
  const element = Object.hasOwn(shown, name) ? shown[name] : undefined;
  if (element === undefined) return null;
  if (element === "ul" || element === "ol")
    return createElement(element, { key: at }, itemsOf(node, "li").map(showItem));
  const drawn = createElement(element === "li" ? "div" : element, { key: at }, node.children.map(show));
  return blocks.has(name) ? <div key={at}>{drawn}</div> : drawn;
}

function List({ list }: { list: XmlElement }) {
  const caption = itemsOf(list, "caption")[0];
  const items = itemsOf(list, "item").map(showItem);
  return (
    <>
      {caption !== undefined && <div>{caption.children.map(show)}</div>}
      {list.attributes["listType"] === "ordered" ? <ol>{items}</ol> : <ul>{items}</ul>}
    </>
  );
}

const itemsOf = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter(isElement).filter((child) => child.name === name);
const showItem = (item: XmlElement, at: number): ReactNode => <li key={at}>{item.children.map(show)}</li>;

/** Rows and cells alone stand in a table, so that nothing of it can be found elsewhere. It scrolls within its place. */
function Table({ table }: { table: XmlElement }) {
  const caption = itemsOf(table, "caption")[0];
  const rows = table.children
    .filter(isElement)
    .flatMap((child) =>
      rowGroups.has(child.name)
        ? itemsOf(child, "tr").map((row) => ({ row, head: child.name === "thead" }))
        : child.name === "tr"
          ? [{ row: child, head: false }]
          : [],
    );
  const drawRow = ({ row }: { row: XmlElement }, at: number): ReactNode => (
    <tr key={at}>
      {row.children
        .filter(isElement)
        .filter(({ name }) => name === "td" || name === "th")
        .map((cell, cellAt) => (
          <Cell key={cellAt} cell={cell} />
        ))}
    </tr>
  );
  const head = rows.filter((row) => row.head);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of the document">
      <table>
        {caption !== undefined && <caption>{caption.children.map(show)}</caption>}
        {head.length > 0 && <thead>{head.map(drawRow)}</thead>}
        <tbody>{rows.filter((row) => !row.head).map(drawRow)}</tbody>
      </table>
    </div>
  );
}

function Cell({ cell }: { cell: XmlElement }) {
  return createElement(
    cell.name,
    { colSpan: spanOf(cell.attributes["colspan"]), rowSpan: spanOf(cell.attributes["rowspan"]) },
    cell.children.map(show),
  );
}

function spanOf(text: string | undefined): number | undefined {
  const span = Number(text);
  return Number.isInteger(span) && span > 1 && span <= spanMax ? span : undefined;
}
