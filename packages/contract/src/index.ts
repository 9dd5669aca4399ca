export type { Actor, Context, Log, LogFields } from "./context.ts";
export { errorCatalogue, errorCodes, type ErrorCode, type ErrorSpec } from "./errors/catalogue.ts";
export { HilumError, isHilumError, type HilumErrorOptions, type Problem } from "./errors/hilum-error.ts";
export * from "./manifest/manifest.ts";
export * from "./wire/protocol.ts";
