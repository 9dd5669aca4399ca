/** Version of the protocol between the console and a plugin's page. A console speaks every version from 1 to this one. */
export const bridgeVersion = 1;

/** What neither side goes beyond. A page that does is taken away; see docs/guides/own-pages.md. */
export const bridgeLimits = {
  /** One message of a page, in UTF-16 code units of its text. Room for a certificate chain in a setting. */
  messageLengthMax: 131_072,
  /** One message of the console. */
  answerLengthMax: 1_048_576,
  /** Nesting of objects and arrays, counted before anything is parsed. */
  depthMax: 16,
  /** Messages of a page: a bucket of so many, filled again at the rate. */
  messagesBurst: 120,
  messagesPerSecond: 30,
  /** Calls of a page that wait at once. */
  callsInFlightMax: 16,
  /** A call is answered by then, unless a person is asked. */
  deadlineMs: 10_000,
  /** A page greets by then, or it did not start. */
  helloMs: 10_000,
  /** The console asks a page whether it still lives, and takes it away when it was silent for so long. */
  pingEveryMs: 2_000,
  silenceMs: 6_000,
  /** Height of a frame, in CSS pixels. */
  heightMin: 80,
  heightMax: 6_000,
  /** Code and style of one page, in bytes. */
  scriptBytesMax: 1_048_576,
  styleBytesMax: 262_144,
} as const;
