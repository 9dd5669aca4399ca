/**
 * For the environment of a program that gets one of its own: where Node keeps compiled code between starts, as `npm start`
 * does too (https://nodejs.org/api/module.html#module-compile-cache). `npm test` names the folder; without it this is empty.
 */
export function compiledCode(): { NODE_COMPILE_CACHE?: string } {
  const folder = process.env["NODE_COMPILE_CACHE"];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}
