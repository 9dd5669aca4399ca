import { judgeSdkVersion, sdkVersions } from "@hilum/contract";
import type { Evidence } from "@hilum/contract/api";
import { readDeclaredVersion } from "@hilum/devtools";
import type { Configured } from "./load-instance.ts";

/**
 * Whether the code of a linked folder is written for an SDK that this Hilum has. It runs with Hilum's own, so the handshake
 * could not tell. A folder that declares no version says nothing.
 */
export async function checkSdk({ plugin, manifest }: Configured): Promise<Evidence[]> {
  const language = manifest.runtime?.kind;
  if (plugin.code !== "linked" || plugin.codePath === undefined) return [];
  if (language !== "node" && language !== "python") return [];
  const version = await readDeclaredVersion(plugin.codePath, language);
  if (version === undefined) return [];
  const row = { id: "sdk", title: "This version of Hilum has its SDK" };
  const verdict = judgeSdkVersion({ name: "hilum", version });
  if (verdict === undefined) return [{ ...row, status: "passed", detail: `It is written for SDK ${version}.` }];
  const has = `This Hilum has ${sdkVersions.current} and works with code from ${sdkVersions.oldest} on.`;
  return [
    {
      ...row,
      status: "failed",
      detail: `It is written for SDK ${version}. ${has}`,
      ...(verdict === "too_old"
        ? { fix: "Run the upgrade of its code.", link: `/dev/upgrade?plugin=${plugin.id}` }
        : { fix: "Update Hilum." }),
    },
  ];
}
