import { expect, it } from "vitest";
import { oneLine, renderAnswer } from "./render.ts";

it("shows a list as a table of what is no list itself", () => {
  const answer = {
    items: [
      { id: "com.example.a", running: true, instances: [{}] },
      { id: "b", running: false },
    ],
    next: "c1",
  };
  expect(renderAnswer(answer, 80)).toBe(
    "id             running\ncom.example.a  true\nb              false\n\nnext  c1\n",
  );
});

it("says of an empty list that there is nothing", () => {
  expect(renderAnswer({ items: [] }, 80)).toBe("Nothing.\n");
});

it("leaves out the columns that do not fit", () => {
  const [header] = renderAnswer({ items: [{ first: "x".repeat(30), second: "y".repeat(30) }] }, 40).split("\n");
  expect(header?.trimEnd()).toBe("first");
});

it("shows an object by its members, and a list in it below its name", () => {
  expect(renderAnswer({ name: "a", cases: [{ id: "send", outcome: "passed" }], counts: { passed: 1 } }, 80)).toBe(
    'name    a\ncases\n  id    outcome\n  send  passed\ncounts  {"passed":1}\n',
  );
});

it("lets nobody's text move the cursor or turn the line around", () => {
  expect(oneLine("a\u001b[2Jb\u202ec\nd")).toBe("a�[2Jb�c d");
});
