/** Names that Windows keeps for devices, whatever their ending. */
const device = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const pathCharsMax = 200;

/**
 * Why a path cannot be one of a package, in words that follow "the name"; undefined where it can. Relative, forward slashes, no step
 * up, no hidden file, plain ASCII: a name is shown to people and must not look like another (threats 109, 111, 129).
 */
export function findPathFault(path: string): string | undefined {
  if (path === "" || path.length > pathCharsMax) return `is empty or longer than ${pathCharsMax} letters`;
  if (path.includes("\\")) return "holds a backslash";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  if (!/^[\x21-\x7e ]+$/.test(path)) return "holds a letter that is not ASCII";
  if (/[<>:"|?*]/.test(path)) return "holds a letter that some systems refuse";
  const steps = path.split("/");
  if (steps.length > 16) return "is nested deeper than 16 folders";
  for (const step of steps) {
    if (step === "" || step === "." || step === "..") return "leads out of the package";
    if (step.startsWith(".")) return "is hidden";
    if (/[. ]$/.test(step) || step.startsWith(" ")) return "begins or ends with a space, or ends with a dot";
    if (device.test(step)) return "is one that Windows keeps for a device";
    if (step === "node_modules") return "lies in node_modules: code is bundled";
  }
  return undefined;
}
