import { commands, ownCommands, type Command } from "./command.ts";
import { flows } from "./flows/flows.ts";
import { exitCodes } from "./exit-codes.ts";
import { fieldsOf, takesDocument, type Field } from "./fields.ts";
import { commonFlags } from "./read-arguments.ts";

/** Everything at a glance: groups and how many commands each has. */
export function renderHelp(): string {
  const groups = Map.groupBy(commands, ({ group }) => group);
  const own = Object.entries(ownCommands).map(([name, text]): [string, string] => [name, text]);
  const rows = [...groups].map(([group, members]): [string, string] => [
    group,
    members.map(({ name }) => name).join(", "),
  ]);
  return [
    "hilum: what the Admin Console does, for scripts.",
    "",
    "  hilum <group> <command> [values] [flags]",
    "  hilum <group> <command> --help",
    "",
    ...table(own),
    "",
    ...table(flows.map(({ words, summary }): [string, string] => [words, summary])),
    "",
    ...table(rows),
    "",
    "Environment: HILUM_URL, HILUM_TOKEN, HILUM_CA (a file with the authority of the server's certificate).",
    `Exit codes: ${Object.entries(exitCodes)
      .map(([name, code]) => `${code} ${codeTexts[name as keyof typeof exitCodes]}`)
      .join(", ")}.`,
    "",
  ].join("\n");
}

const codeTexts: Record<keyof typeof exitCodes, string> = {
  done: "done",
  refused: "refused",
  usage: "not a command line",
  forbidden: "not signed in, or without the right",
  unreachable: "no answer from the server",
  failed: "the server failed",
  notPassed: "done, and what was judged did not pass",
};

export function renderGroup(group: string): string {
  const rows = commands
    .filter((command) => command.group === group)
    .map(({ name, operation }): [string, string] => [`hilum ${group} ${name}`, operation.summary]);
  return `${table(rows).join("\n")}\n`;
}

export function renderCommand({ group, name, operation }: Command): string {
  const fields = fieldsOf(operation);
  const inPath = fields.filter(({ place }) => place === "path").map(({ flag }) => flag);
  const flags = fields
    .filter(({ place }) => place !== "path")
    .map((field): [string, string] => [
      `${field.flag}${field.kind === "switch" ? "" : ` <${field.kind}>`}`,
      describeField(field),
    ]);
  const own: [string, string][] = [
    ...(operation.bodyType === "bytes"
      ? ([
          ["--file <path>", "the file to send; required"],
          ["--content-type <type>", "what it is"],
        ] as [string, string][])
      : operation.body === undefined
        ? []
        : ([["--body <json>", takesDocument(operation) ? "the document; required" : "the whole body"]] as [
            string,
            string,
          ][])),
    ...commonFlags.map(({ flag, text }): [string, string] => [flag, text]),
  ];
  return [
    `${operation.summary}.`,
    "",
    `  ${["hilum", group, name, ...inPath].join(" ")} [flags]`,
    "",
    ...table([...flags, ...own]),
    "",
    "A value @file is that file's text, @- is standard input.",
    ...(operation.stepUp === true ? ["It asks for your password once more: a token cannot do it."] : []),
    ...(typeof operation.access === "string" ? [] : [`Roles: ${operation.access.join(", ")}.`]),
    `Operation: ${operation.id}, ${operation.method} ${operation.path}`,
    "",
  ].join("\n");
}

function describeField({ required, values, kind }: Field): string {
  const said = [
    ...(required ? ["required"] : []),
    ...(values === undefined ? [] : [`one of ${values.join(", ")}`]),
    ...(kind === "list" ? ["may be given again"] : []),
  ];
  return said.join("; ");
}

function table(rows: readonly [string, string][]): string[] {
  const wide = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(wide)}  ${right}`.trimEnd());
}
