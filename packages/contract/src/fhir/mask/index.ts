export { maskResource, type MaskedResource } from "./mask-resource.ts";
