import { readFileSync } from "node:fs";
import { causeClasses } from "@hilum/contract/api";
import {
  errorCodes,
  hostMethods,
  optionalHostMethods,
  pluginMethods,
  recordLimits,
  storeErrorCodes,
  wireErrorCodes,
  wireLimits,
} from "@hilum/contract";
import { extensionUrls } from "@hilum/contract/fhir";
import { checkAnswer, checkErrorData, decodeFrame, isViolation, type Frame } from "@hilum/contract/wire";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/reference/protocol.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(
  ([, text = ""]) => JSON.parse(text) as Record<string, unknown>,
);
const frames = examples
  .filter((example) => "jsonrpc" in example)
  .map((example) => decodeFrame(Buffer.from(JSON.stringify(example))));

describe("docs/reference/protocol.md", () => {
  it("gives only examples that the codec takes", () => {
    expect(examples.length).toBeGreaterThanOrEqual(6);
    expect(frames.filter(isViolation)).toEqual([]);
  });

  it("answers its example requests with valid answers", () => {
    const good = frames.filter((frame): frame is Frame => !isViolation(frame));
    const methods = new Map(good.flatMap((frame) => (frame.kind === "request" ? [[frame.id, frame.method]] : [])));
    for (const frame of good) {
      if (frame.kind === "result") expect(checkAnswer(methods.get(frame.id) ?? "", frame.result)).toEqual([]);
      if (frame.kind === "error") expect(checkErrorData(frame.error.data)).toEqual([]);
    }
    const sent = examples.find((example) => "outcome" in example);
    expect(checkAnswer("messages.send", sent)).toEqual([]);
  });

  it("names every method, error code, cause class and constant", () => {
    const names = [
      ...hostMethods.core,
      ...hostMethods.send_messages,
      ...hostMethods.store_records,
      ...storeErrorCodes,
      ...optionalHostMethods,
      ...hostMethods.ingress,
      ...Object.keys(pluginMethods),
      ...causeClasses,
      ...Object.values(wireErrorCodes).map(String),
      extensionUrls.usedContactPoint,
      extensionUrls.recipientRole,
    ];
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
    expect(errorCodes.filter((code) => code.startsWith("provider.") && !page.includes(`\`${code}\``))).toEqual([]);
  });

  it("tells the limits as they are", () => {
    const numbers = [
      wireLimits.frameBytesMax,
      wireLimits.valuesMax,
      wireLimits.messagesPerSecond,
      wireLimits.messagesBurst,
      wireLimits.inFlightMax,
      wireLimits.blobChunkBytesMax,
      recordLimits.resourceBytesMax,
      recordLimits.answerBytesMax,
      recordLimits.cursorCharsMax,
    ];
    expect(numbers.map((limit) => limit.toLocaleString("en-US")).filter((text) => !page.includes(text))).toEqual([]);
    expect(page).toContain(`| nesting of objects and arrays | ${wireLimits.depthMax} |`);
    expect(page).toContain(`at most ${recordLimits.blobsPerCallMax} blobs`);
    expect(page).toContain(`(1 to ${recordLimits.countMax})`);
    expect(page).toContain(`More than ${wireLimits.strayAnswersMax} answers`);
  });
});
