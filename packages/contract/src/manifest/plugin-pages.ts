import { described, list, object, oneOf, text, type Report, type Shape } from "../json/shape.ts";
import { findLookAlike } from "../text/deceptive-text.ts";
import type { Manifest, PluginPage } from "./manifest.ts";

/** Pictures that the console draws beside the title of a page; a plugin brings none of its own outside its frame. */
export const pageIcons = ["calendar", "chart", "document", "list", "map", "message", "people", "tools"] as const;
export type PageIcon = (typeof pageIcons)[number];

/** Further pages of one plugin, beside Settings and Health. */
export const furtherPagesMax = 8;

const entry = described(
  "Path of one JavaScript module inside the plugin's folder. It imports nothing: what it needs is bundled into it.",
  text({ max: 200, what: "the path of a .js or .mjs file" }),
);
const style = described(
  "Path of one style sheet inside the plugin's folder.",
  text({ max: 200, what: "the path of a .css file" }),
);
const page = (what: string): Shape => described(what, object({ entry, style }, { required: ["entry"] }));

/** `ui`: React pages of the plugin's own, each in a frame of the Admin Console. */
export const pluginPagesShape: Shape = described(
  "Pages of the plugin's own in the Admin Console, each in a sandboxed frame. Without them the console makes Settings and Health itself.",
  object({
    settings: page("Shown first under Settings; the generated form stays one click away."),
    health: page("Shown first under Health; the generated page stays one click away."),
    pages: described(
      "Further pages, each a tab of the plugin.",
      list(
        object(
          {
            path: described(
              "Last part of its address.",
              text({
                max: 60,
                form: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
                what: "the path of a page: lower-case letters, digits and single hyphens, beginning with a letter",
              }),
            ),
            title: described("Name of its tab.", text({ max: 40 })),
            icon: described("Picture of its tab.", oneOf(pageIcons)),
            entry,
            style,
          },
          { required: ["path", "title", "entry"] },
        ),
        { max: furtherPagesMax, unique: ["path"] },
      ),
    ),
  }),
);

/** `settings`, `health`, or `pages/{path}`: the name of a page within its plugin. */
export type PageName = "settings" | "health" | `pages/${string}`;

/** A page as the manifest declares it, under its name. */
export interface DeclaredPage extends PluginPage {
  name: PageName;
  title: string;
  icon?: PageIcon;
}

/** Every page that a manifest declares: Settings, Health, then the others in their order. */
export function pagesOf({ ui }: Pick<Manifest, "ui">): DeclaredPage[] {
  if (ui === undefined) return [];
  return [
    ...(ui.settings === undefined ? [] : [{ name: "settings" as const, title: "Settings", ...ui.settings }]),
    ...(ui.health === undefined ? [] : [{ name: "health" as const, title: "Health", ...ui.health }]),
    ...(ui.pages ?? []).map(({ path, ...rest }) => ({ name: `pages/${path}` as const, ...rest })),
  ];
}

/** What the shape cannot say about `ui`. `isInnerPath` judges a path inside the plugin's folder. */
export function checkPages(manifest: Manifest, isInnerPath: (path: string) => boolean, report: Report): void {
  const { ui, runtime } = manifest;
  if (ui === undefined) return;
  if (runtime?.kind === "remote")
    report("/ui", "a remote plugin has no folder here that pages could come from", "Remove it.");
  for (const name of ["settings", "health"] as const) checkFiles(ui[name], `/ui/${name}`, isInnerPath, report);
  for (const [index, further] of (ui.pages ?? []).entries()) {
    const pointer = `/ui/pages/${index}`;
    checkFiles(further, pointer, isInnerPath, report);
    if (findLookAlike(further.title) !== undefined)
      report(`${pointer}/title`, "mixes alphabets whose letters look alike", "Write each word in one alphabet.");
    if (further.title !== further.title.trim())
      report(`${pointer}/title`, "begins or ends with a blank", "Remove the blank.");
  }
}

function checkFiles(
  files: PluginPage | undefined,
  pointer: string,
  isInnerPath: (path: string) => boolean,
  report: Report,
): void {
  if (files === undefined) return;
  if (!(isInnerPath(files.entry) && /\.m?js$/.test(files.entry)))
    report(
      `${pointer}/entry`,
      "is not the path of a .js or .mjs file in the plugin's folder",
      "Write a path such as dist/ui/settings.js.",
    );
  if (files.style !== undefined && !(isInnerPath(files.style) && files.style.endsWith(".css")))
    report(
      `${pointer}/style`,
      "is not the path of a .css file in the plugin's folder",
      "Write a path such as dist/ui/settings.css.",
    );
}
