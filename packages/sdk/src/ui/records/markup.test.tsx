import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Markup } from "./markup.tsx";
import { parseXml } from "./xml.ts";

const shown = (inside: string): string => {
  const tree = parseXml(`<div>${inside}</div>`);
  if (tree === undefined) throw new Error("not well-formed");
  return renderToStaticMarkup(<Markup nodes={tree.children} />).replace(/^<div class="narrative">(.*)<\/div>$/s, "$1");
};

describe("a narrative", () => {
  it.each([
    ["<p>One <b>two</b><br/><i>three</i></p>", "<div>One <strong>two</strong><br/><em>three</em></div>"],
    ["<h2>Title</h2>", "<div><strong>Title</strong></div>"],
    ["<ul><li>a</li>stray<li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>"],
    ['<list listType="ordered"><caption>C</caption><item>a</item></list>', "<div>C</div><ol><li>a</li></ol>"],
    ['<content styleCode="Bold">x</content><content>y</content>', "<strong>x</strong>y"],
    ["<paragraph>Rest</paragraph>", "<div>Rest</div>"],
    ['<a href="javascript:alert(1)">link</a>', "link"],
    ["<td>cell</td><li>item</li>", "<div>item</div>"],
  ])("shows %s as %s", (given, expected) => expect(shown(given)).toBe(expected));

  it("shows tables by their rows and cells alone, with spans that make sense", () => {
    const table =
      '<table onclick="x()" border="1"><caption>Drugs</caption><thead><tr><th colspan="2" style="x">A</th></tr></thead><tbody><tr><td rowspan="9999">b</td><script>x()</script><td>c</td></tr></tbody><tr><td>d</td></tr>stray</table>';
    expect(shown(table)).toBe(
      '<div class="scroll" tabindex="0" role="region" aria-label="Table of the document"><table><caption>Drugs</caption><thead><tr><th colSpan="2">A</th></tr></thead><tbody><tr><td>b</td><td>c</td></tr><tr><td>d</td></tr></tbody></table></div>',
    );
  });

  it.each([
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "img",
    "svg",
    "math",
    "template",
    "meta",
    "link",
    "base",
    "video",
    "renderMultiMedia",
    "constructor",
    "toString",
    "__proto__",
  ])("leaves %s out with all that is in it", (name) =>
    expect(shown(`a<${name} onload="x()">alert(1)</${name}>b`)).toBe("ab"),
  );

  it("writes what looks like markup as text", () => {
    expect(shown("&lt;img src=x onerror=alert(1)&gt;")).toBe("&lt;img src=x onerror=alert(1)&gt;");
  });

  it("makes nothing but elements of its list, whatever is written", () => {
    const names = fc.constantFrom(
      "p",
      "div",
      "a",
      "b",
      "ul",
      "li",
      "table",
      "tr",
      "td",
      "list",
      "item",
      "script",
      "img",
      "svg",
      "form",
      "style",
      "iframe",
      "content",
      "h1",
    );
    const attributes = fc.constantFrom(
      "",
      ' onclick="x()"',
      ' href="javascript:x"',
      ' style="background:url(x)"',
      ' id="main"',
      ' colspan="3"',
    );
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: "medium", withCrossShrink: true },
        fc.constantFrom("text", "&lt;script&gt;"),
        fc
          .tuple(names, attributes, fc.array(tie("node"), { maxLength: 4 }))
          .map(([name, attribute, children]) => `<${name}${attribute}>${children.join("")}</${name}>`),
      ),
    }));
    fc.assert(
      fc.property(node, (text) => {
        const tags = [...shown(text).matchAll(/<([a-z0-9]+)((?:\s[^>]*)?)>/g)];
        for (const [, name, rest] of tags) {
          expect([
            "div",
            "strong",
            "em",
            "ul",
            "ol",
            "li",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "td",
            "th",
          ]).toContain(name);
          expect(rest).toMatch(
            /^(?: (?:colSpan|rowSpan)="\d+"| class="scroll" tabindex="0" role="region" aria-label="Table of the document")*$/,
          );
        }
      }),
    );
  });
});
