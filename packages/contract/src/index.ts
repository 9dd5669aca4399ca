export { errorCatalogue, errorCodes, type ErrorCode, type ErrorSpec } from "./errors/catalogue.ts";
export { HilumError, isHilumError, type HilumErrorOptions, type Problem } from "./errors/hilum-error.ts";
