import { HilumError, type Problem } from "@hilum/contract";
import { runApart } from "../run-apart.ts";
import type { Bundle, BundleOptions } from "./bundle.ts";

export type BundleAnswer = Bundle | { detail: string; problems: Problem[] };

/** As `bundle`, in a process of its own. Throws `package.invalid`, also when the bundler ends without an answer. */
export async function bundleApart(folder: string, entry: string, options: BundleOptions): Promise<Bundle> {
  const answer = await runApart<BundleAnswer>(new URL("./bundle-main.ts", import.meta.url), { folder, entry, options });
  if (answer !== undefined && "code" in answer) return answer;
  throw new HilumError(
    "package.invalid",
    answer ?? {
      detail: "The bundler ended without an answer: the code is nested too deeply, or is too large.",
      problems: [
        { pointer: "/runtime/entry", message: "cannot be bundled", fix: "Split the file that is nested most deeply." },
      ],
    },
  );
}
