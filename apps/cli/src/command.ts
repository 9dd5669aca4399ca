import { commandOf, operations, type OperationSpec } from "@hilum/contract/api";

/** One operation as a command: `hilum {group} {name}`. */
export interface Command {
  group: string;
  name: string;
  operation: OperationSpec;
}

/** Called by machines that are no person's: a vendor's server, a provider's redirect, a plugin's own program. */
const isForPrograms = ({ raw = false, fromElsewhere, access }: OperationSpec): boolean =>
  raw || fromElsewhere === true || access === "plugin";

/** Every operation that a person may call, as the contract declares it; nothing is listed here by hand. */
export const commands: readonly Command[] = (operations as readonly OperationSpec[])
  .filter((operation) => !isForPrograms(operation))
  .map((operation) => {
    const [group = "", name = ""] = commandOf(operation, operations).split(" ");
    return { group, name, operation };
  })
  .toSorted((a, b) => `${a.group} ${a.name}`.localeCompare(`${b.group} ${b.name}`));

/** What is not an operation: it belongs to this program alone. */
export const ownCommands: Readonly<Record<string, string>> = {
  login: "Sign in at a server, or keep a token for it",
  logout: "Forget a server",
  completion: "Print completions for bash, zsh or fish",
  version: "Print the version",
  help: "Print this",
};

export function findCommand(group: string, name: string): Command | undefined {
  return commands.find((command) => command.group === group && command.name === name);
}
