export {
  answerShapes,
  checkAnswer,
  checkErrorData,
  errorDataShape,
  hookAnswerCharsMax,
  hookAnswerTypes,
  isHookStatus,
  replyCharsMax,
} from "./answer-shapes.ts";
export { escapeBounded, escapeText } from "../text/escape.ts";
export { answerHeaderCharsMax, isAnswerHeader, isRedirect, presentAnswerBody } from "./fetch-answer.ts";
export { parseFetch } from "./fetch-params.ts";
export { planRequest, type Plan, type PlannedRequest, type RequestRules } from "./plan-request.ts";
export { parseBlobRead, parseLogParams, parseState, parseUpdateDelivery } from "./plugin-params.ts";
export { createBlobWrites, type BlobSink, type BlobWrites, type BlobWritesOptions } from "./blob-writes.ts";
export { recordAnswerParsers } from "./record-answers.ts";
export {
  bytesOf,
  isRecordId,
  isRecordType,
  parseBlobWrite,
  parseContent,
  parseResource,
  recordParsers,
  type AskedRecords,
} from "./record-params.ts";
export { frameErrorOf } from "./present-error.ts";
export {
  createFrameWriter,
  encodeFrame,
  FrameTooLargeError,
  type FrameWriter,
  type FrameWriterOptions,
  type Message,
} from "./encode-frame.ts";
export {
  createFrameDecoder,
  decodeFrame,
  isViolation,
  type Frame,
  type FrameDecoder,
  type FrameDecoderOptions,
  type FrameError,
  type FrameId,
  type FrameLimits,
  type Violation,
  type ViolationReason,
} from "./frames.ts";
