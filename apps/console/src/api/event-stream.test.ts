import { expect, it } from "vitest";
import { createEventReader } from "./event-stream.ts";

it("puts events together that arrive in pieces, and passes comments over", () => {
  const read = createEventReader();
  expect(read(": hello\n\nevent: line\nda")).toEqual([]);
  expect(read('ta: {"id":1}\n\nevent: line\ndata: a\ndata: b\n\ndata')).toEqual([
    { event: "line", data: '{"id":1}' },
    { event: "line", data: "a\nb" },
  ]);
  expect(read(": x\n\n")).toEqual([{ event: "message", data: "x" }]);
  expect(read("data: last\r\n\r\n")).toEqual([{ event: "message", data: "last" }]);
});
