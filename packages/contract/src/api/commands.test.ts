import { expect, it } from "vitest";
import { commandOf, operations } from "./index.ts";

const commands = operations.map((operation) => commandOf(operation, operations));

it("gives each operation words of its own", () => {
  expect(commands.filter((command, index) => commands.indexOf(command) !== index)).toEqual([]);
  expect(commands.filter((command) => !/^[a-z]+ [a-z]+(-[a-z]+)*$/.test(command))).toEqual([]);
});

it.each([
  ["listPlugins", "plugins list"],
  ["linkFolder", "plugins link-folder"],
  ["enableInstance", "lifecycle enable"],
  ["scaffoldPlugin", "dev scaffold"],
  ["previewScaffold", "dev preview-scaffold"],
  ["tailPluginLogs", "logs tail"],
  ["createApiToken", "tokens create"],
  ["sendMessage", "messages send"],
])("calls %s `%s`", (id, command) => {
  const operation = operations.find((one) => one.id === id)!;
  expect(commandOf(operation, operations)).toBe(command);
});

it("keeps every word where two of a group would be called alike", () => {
  const alike = [
    { id: "listFrames", tag: "frames" },
    { id: "listFrame", tag: "frames" },
  ];
  expect(alike.map((operation) => commandOf(operation, alike))).toEqual(["frames list-frames", "frames list-frame"]);
});
