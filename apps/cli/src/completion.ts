import { commands, ownCommands } from "./command.ts";
import { findFlow, flows } from "./flows/flows.ts";
import { fieldsOf } from "./fields.ts";
import { UsageError } from "./usage-error.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** A script for the shell that asks this program what may come next. Throws UsageError for another shell. */
export function renderCompletion(shell: string | undefined): string {
  switch (shell) {
    case "bash":
      return `_hilum() { mapfile -t COMPREPLY < <(compgen -W "$(hilum --complete "\${COMP_WORDS[@]:1:COMP_CWORD-1}")" -- "\${COMP_WORDS[COMP_CWORD]}"); }\ncomplete -o default -F _hilum hilum\n`;
    case "zsh":
      return `#compdef hilum\n_hilum() { compadd -- \${(f)"$(hilum --complete \${words[2,CURRENT-1]})"} }\ncompdef _hilum hilum\n`;
    case "fish":
      return `complete -c hilum -f -a "(hilum --complete (commandline -opc)[2..-1])"\n`;
    default:
      throw new UsageError(`Completions are for ${shells.join(", ")}.`, "hilum completion bash");
  }
}

/** Words that may follow. */
export function complete(words: readonly string[]): string[] {
  const [group, name] = words;
  const flowsBegin = flows.map(({ words: own }) => own.split(" ")[0] ?? "");
  if (group === undefined)
    return [...Object.keys(ownCommands), ...new Set([...commands.map((command) => command.group), ...flowsBegin])];
  const found = findFlow(words);
  if (found !== undefined) return [...Object.keys(found.flow.flags).map((flag) => `--${flag}`), "--help"];
  const inGroup = flows.flatMap(({ words: own }) => (own.startsWith(`${group} `) ? [own.slice(group.length + 1)] : []));
  if (inGroup.length > 0 && name === undefined) return inGroup;
  if (group === "completion") return [...shells];
  const members = commands.filter((command) => command.group === group);
  if (name === undefined) return members.map((command) => command.name);
  const command = members.find((member) => member.name === name);
  if (command === undefined) return [];
  const flags = fieldsOf(command.operation)
    .filter(({ place }) => place !== "path")
    .map(({ flag }) => flag);
  const last = fieldsOf(command.operation).find(({ flag }) => flag === words.at(-1));
  return last?.values === undefined ? [...flags, "--json", "--out", "--help"] : [...last.values];
}
