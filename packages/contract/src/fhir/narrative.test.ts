import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrativeFault } from "./narrative.ts";

const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

describe("a narrative", () => {
  it.each([
    div("text"),
    div('<p class="a" style="color: red">x<br/>y &amp; z</p>'),
    div("<table><tbody><tr><td colspan='2'>1</td></tr></tbody></table>"),
    div('<a href="#x">x</a><a href="Patient/1">y</a><a href="https://clinic.example/a:b">z</a>'),
    div('<img src="data:image/png;base64,AAAA" alt=""/>'),
    div("<!-- a comment -->x"),
  ])("may be formatting: %s", (text) => {
    expect(narrativeFault(text)).toBeUndefined();
  });

  it.each([
    "",
    "text",
    "<p>x</p>",
    div(""),
    div("<p> </p>"),
    `${div("x")}<p>y</p>`,
    `${div("x")}y`,
    div("<p>x</b>"),
    div("<p>x"),
    div("<br>x"),
    div("<script>1</script>"),
    div("<SCRIPT>1</SCRIPT>"),
    div("<style>x</style>"),
    div("<iframe src='x'></iframe>x"),
    div("<form>x</form>"),
    div("<object data='x'>x</object>"),
    div("<svg><path/></svg>x"),
    div('<p onclick="x()">x</p>'),
    div('<img src="x" onerror="x()"/>'),
    div("<p onclick=x>x</p>"),
    div('<a href="javascript:x()">x</a>'),
    div('<a href=" JaVa\tScript:x()">x</a>'),
    div('<a href="java&#x73;cript:x()">x</a>'),
    div('<a href="javascript&colon;x()">x</a>'),
    div('<a href="java&Tab;script:x()">x</a>'),
    div('<a href="vbscript:x">x</a>'),
    div('<a href="data:text/html,x">x</a>'),
    div('<img src="data:image/svg+xml,x"/>'),
    div('<p style="background: url(https://x.example)">x</p>'),
    div('<p style="width: expression(1)">x</p>'),
    div('<p style="background: u\\72l(x)">x</p>'),
    div("<![CDATA[x]]>"),
    div("<?php x ?>"),
    `<!DOCTYPE div>${div("x")}`,
    div("<p".repeat(3)),
    div(`${"<b>".repeat(70)}x${"</b>".repeat(70)}`),
  ])("is refused when it is more: %s", (text) => {
    expect(narrativeFault(text)).toBeTypeOf("string");
  });

  it("is judged in linear time", () => {
    const slow = ["<", "<!--", "<p a='", '<p a="x" ', "&#x", "</", "<p "].filter((hostile) => {
      const started = performance.now();
      narrativeFault(div(hostile.repeat(100_000)));
      narrativeFault(div(`<p ${'a="x" '.repeat(50_000)}`));
      return performance.now() - started > 5000;
    });
    expect(slow).toEqual([]);
  });

  it("is never a failure, only a verdict", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "/",
      "p",
      "div",
      " ",
      '"',
      "'",
      "=",
      "href",
      "&#",
      "x",
      ";",
      "<!--",
      "-->",
      "javascript:",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        expect(["string", "undefined"]).toContain(typeof narrativeFault(div(pieces.join(""))));
      }),
    );
  });
});
