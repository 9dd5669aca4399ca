import { wireLimits } from "@hilum/contract";
import { decodeFrame, encodeFrame, isViolation, type Message } from "@hilum/contract/wire";
import type { VectorFile } from "./vector-file.ts";

const call = (params: string): string => `{"jsonrpc":"2.0","id":"1","method":"m","params":${params}}`;
const nested = (depth: number): string => call(`{"a":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}`);
const many = (values: number): string => call(`{"a":[${"1,".repeat(values)}1]}`);
const sized = (bytes: number): string => call(`{"a":"${"x".repeat(bytes - call('{"a":""}').length)}"}`);

const texts: readonly string[] = [
  ...[call("{}"), call('{"a":"é😀","b":[1,2.5,-3,true,null]}'), '{"jsonrpc":"2.0","method":"log"}', `  ${call("{}")} `],
  ...['{"jsonrpc":"2.0","id":7,"result":null}', '{"jsonrpc":"2.0","id":"a","result":{"b":[]}}'],
  '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}',
  '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"","data":{"code":"plugin.failed"}}}',
  ...[
    "",
    " ",
    "x",
    "{",
    "[1",
    "nul",
    "NaN",
    "Infinity",
    '"\u0001"',
    "{'a':1}",
    '{"a":1,}',
    "[1,]",
    "01",
    "1.",
    ".5",
    "+1",
  ],
  ...["[]", `[${call("{}")}]`, "1", "null", '"text"', "true", '{"method":"m"}', '{"jsonrpc":"1.0","method":"m"}'],
  ...['{"jsonrpc":"2.0","method":""}', '{"jsonrpc":"2.0","method":5}', '{"jsonrpc":"2.0","method":null}'],
  ...['{"jsonrpc":"2.0","method":"m","params":[1]}', '{"jsonrpc":"2.0","method":"m","params":null}'],
  ...['{"jsonrpc":"2.0","method":"m","extra":1}', '{"jsonrpc":"2.0","method":"m","result":1,"id":1}'],
  ...['{"jsonrpc":"2.0","id":null,"method":"m"}', '{"jsonrpc":"2.0","id":1.5,"method":"m"}'],
  ...['{"jsonrpc":"2.0","id":-1,"method":"m"}', '{"jsonrpc":"2.0","id":"","method":"m"}'],
  ...['{"jsonrpc":"2.0","id":true,"method":"m"}', '{"jsonrpc":"2.0","id":2.0,"method":"m"}'],
  ...[
    `{"jsonrpc":"2.0","id":"${"i".repeat(64)}","method":"m"}`,
    `{"jsonrpc":"2.0","id":"${"i".repeat(65)}","method":"m"}`,
  ],
  ...[`{"jsonrpc":"2.0","method":"${"m".repeat(100)}"}`, `{"jsonrpc":"2.0","method":"${"m".repeat(101)}"}`],
  `{"jsonrpc":"2.0","method":"${"😀".repeat(51)}"}`,
  ...['{"jsonrpc":"2.0","id":1}', '{"jsonrpc":"2.0","result":1}', '{"jsonrpc":"2.0","id":null,"result":1}'],
  '{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}',
  ...['{"jsonrpc":"2.0","id":1,"error":"x"}', '{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}}'],
  ...['{"jsonrpc":"2.0","id":1,"error":{"code":true,"message":""}}', '{"jsonrpc":"2.0","id":1,"error":{"code":1}}'],
  '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","stack":"x"}}',
  '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"","data":[]}}',
  ...[call('{"__proto__":{"admin":true}}'), call('{"a":[{"constructor":1}]}'), call('{"\\u005f_proto__":1}')],
  ...[call('{"a":{"prot\\u006ftype":1}}'), call('{"a":"__proto__","b":["constructor"]}')],
  ...[call('{"a":"\\ud800"}'), call('{"\\udc00":1}'), call('{"a":"\\ud83d\\ude00"}'), call('{"a":"\\\\ud800"}')],
  ...[
    "9007199254740993",
    "-9007199254740993",
    "9007199254740992",
    "1e999",
    "-1E999",
    "-0",
    "-0.0",
    "-0e5",
    "1e400",
  ].map((number) => call(`{"a":[${number}]}`)),
  ...["9007199254740991", "-9007199254740991", "-0.5", "1e3", "0.1234567890123456789", "0", "1e-400", "5E-324"].map(
    (number) => call(`{"a":${number}}`),
  ),
  call(`{"a":${"9".repeat(40)}}`),
  call(`{"a":"${"9".repeat(40)} -0 1e999"}`),
];

/** Written from a recipe, for they are long. */
const recipes: readonly { recipe: string; text: string }[] = [
  ...[63, 64, 65].map((depth) => ({ recipe: `nested ${depth}`, text: nested(depth) })),
  ...[99_990, wireLimits.valuesMax].map((values) => ({ recipe: `values ${values}`, text: many(values) })),
  ...[wireLimits.frameBytesMax, wireLimits.frameBytesMax + 1].map((bytes) => ({
    recipe: `bytes ${bytes}`,
    text: sized(bytes),
  })),
];

const notUtf8 = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]];

const messages: readonly Message[] = [
  { id: 1, method: "initialize", params: { protocol: "1", grants: [], limits: wireLimits } },
  { method: "log", params: { level: "info", text: 'line\nbreak, "quotes", \\, \u0001, \u007f, \u2028, Grüße 😀' } },
  { method: "$/cancel", params: { id: 7 } },
  { id: "a", result: null },
  { id: 2, result: { rows: [], durationMs: 1.5, ratio: -0.25, ok: true } },
  { id: null, error: { code: -32_700, message: "The line is not JSON" } },
  { id: 3, error: { code: -32_000, message: "Failed", data: { code: "provider.timeout", sent: "maybe" } } },
];

/** What a line is read as, and what a message is written as. */
export function frameVectors(): VectorFile[] {
  const decode = (bytes: Uint8Array): object => {
    const read = decodeFrame(bytes);
    return isViolation(read) ? { violation: read.reason, detail: read.detail } : { frame: read };
  };
  return [
    {
      name: "frames-read",
      about:
        "One line without its line feed: `text`, `base64` where it is no text, or a `recipe` (nested N: arrays to that depth in all; values N: a list of N ones and one more; bytes N: a frame of that size). The outcome is the frame or the violation.",
      cases: [
        ...texts.map((text) => ({ text, ...decode(Buffer.from(text)) })),
        ...notUtf8.map((bytes) => {
          const line = Buffer.concat([
            Buffer.from('{"jsonrpc":"2.0","method":"m","params":{"a":"'),
            ...[Buffer.from(bytes), Buffer.from('"}}')],
          ]);
          return { base64: line.toString("base64"), ...decode(line) };
        }),
        ...recipes.map(({ recipe, text }) => {
          const { frame, ...rest } = decode(Buffer.from(text)) as { frame?: unknown };
          return { recipe, ...rest, ...(frame === undefined ? {} : { frame: "as written" }) };
        }),
      ],
    },
    {
      name: "frames-written",
      about: "A message, and the very line that it is written as, line feed included.",
      cases: messages.map((message) => ({ message, line: encodeFrame(message) })),
    },
  ];
}
