import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childOf, childrenOf, parseXml, textIn, type XmlElement } from "./xml.ts";

describe("XML", () => {
  it("reads elements, attributes, text, comments, instructions and CDATA, without prefixes", () => {
    const tree = parseXml(
      `\uFEFF<?xml version="1.0"?><!-- a --><n:a xmlns:n='urn:n' n:x="1 &lt; 2"><b/>one &amp; <c><![CDATA[<two>]]></c>&#955;&#x3bb;</n:a>\n`,
    );
    expect(tree).toEqual({
      name: "a",
      attributes: { n: "urn:n", x: "1 < 2" },
      children: [
        { name: "b", attributes: {}, children: [] },
        "one & ",
        { name: "c", attributes: {}, children: ["<two>"] },
        "λλ",
      ],
    });
  });

  it.each([
    ["a document type", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ["an entity of its own", '<!ENTITY b "c"><a/>'],
    ["a second root", "<a/><b/>"],
    ["text outside of the root", "<a/>text"],
    ["CDATA outside of the root", "<![CDATA[x]]><a/>"],
    ["elements that are closed crosswise", "<a><b></a></b>"],
    ["an element that is never closed", "<a><b>"],
    ["a closing tag too many", "<a/></a>"],
    ["a prefix that differs", "<n:a></m:a>"],
    ["an attribute without quotes", "<a b=c/>"],
    ["an attribute without a value", "<a b/>"],
    ["a bare less-than sign", "<a>1 < 2</a>"],
    ["nothing", ""],
    ["nothing but text", "plain"],
  ])("refuses %s", (_, text) => expect(parseXml(text)).toBeUndefined());

  it("leaves entities that it does not know as they are written, and expands nothing", () => {
    expect(parseXml("<a>&bomb; &#0; &#x110000; &nbsp;</a>")?.children).toEqual(["&bomb; &#0; &#x110000; \u00A0"]);
  });

  it("refuses what is nested deeper than 200 elements and takes what is not", () => {
    const nested = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
    expect(parseXml(nested(200))).toBeDefined();
    expect(parseXml(nested(201))).toBeUndefined();
  });

  it("never throws, whatever it is given", () => {
    const parts = fc.constantFrom(
      "<",
      ">",
      "/",
      "a",
      "&",
      ";",
      "#",
      "x",
      '"',
      "'",
      "=",
      " ",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?",
      "?>",
    );
    fc.assert(fc.property(fc.array(parts, { maxLength: 40 }), (pieces) => void parseXml(pieces.join(""))));
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (text) => void parseXml(`<a>${text}</a>`)));
  });

  it("reads back every tree that is written as XML", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
    const words = fc.string({ minLength: 1 }).filter((text) => text.trim() !== "");
    const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
      tree: fc.record({
        name,
        attributes: fc.dictionary(name, fc.string(), { maxKeys: 3 }),
        children: fc.oneof(
          { depthSize: "small", withCrossShrink: true },
          words.map((text) => [text]),
          fc.array(tie("tree"), { maxLength: 3 }),
        ),
      }),
    }));
    fc.assert(
      fc.property(tree, (element) => {
        expect(parseXml(write(element))).toEqual({ ...element });
      }),
    );
  });

  it("finds children by name and gathers text", () => {
    const tree = parseXml("<a><b>one</b><c><b>  two\n three </b></c><b>four</b></a>");
    expect(textIn(childOf(tree, "c", "b"))).toBe("two three");
    expect(childrenOf(tree, "b").map(textIn)).toEqual(["one", "four"]);
    expect(childOf(tree, "c", "x", "b")).toBeUndefined();
  });
});

function write({ name, attributes, children }: XmlElement): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  const inside = children.map((child) => (typeof child === "string" ? escape(child) : write(child)));
  return `<${name}${written.join("")}>${inside.join("")}</${name}>`;
}
const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
