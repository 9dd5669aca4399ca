import { json } from "node:stream/consumers";
import type { PluginLanguage } from "@hilum/contract/api";
import { planUpgrade } from "./plan-upgrade.ts";

/** The process of `planApart`: a folder's texts on standard input, the plan on standard output. */
const { files, language } = (await json(process.stdin)) as { files: [string, string][]; language: PluginLanguage };
const { changed, ...plan } = await planUpgrade(new Map(files), { language });
process.stdout.write(JSON.stringify({ ...plan, changed: [...changed] }));
