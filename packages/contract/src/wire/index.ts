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
