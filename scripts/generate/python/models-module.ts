import {
  capabilityNames,
  causeByProviderCode,
  errorCodes,
  pageIcons,
  protocolVersion,
  requestMethods,
} from "@hilum/contract";
import { canonicalTypes } from "@hilum/contract/fhir";
import { answerShapes } from "@hilum/contract/wire";
import type { TSType } from "oxc-parser";
import { classNameOf, generatedFrom, quote } from "./python-text.ts";
import { membersOf, readTypes, type DeclaredMember, type DeclaredType } from "./typescript-types.ts";

/** Types that exist at run time as lists of names. */
const named: Readonly<Record<string, readonly string[]>> = {
  CanonicalType: canonicalTypes,
  CapabilityName: capabilityNames,
  CauseClass: ruleNames("config.validate", "rows", "cause"),
  ErrorCode: errorCodes.toSorted(),
  PageIcon: pageIcons,
  ProviderErrorCode: Object.keys(causeByProviderCode).toSorted(),
  RequestMethod: requestMethods,
};

/** `hilum/models.py`: what crosses the wire and stands in a manifest, as types. Nothing of it is needed to run. */
export function renderModelsModule(root: string): string {
  const writer = createWriter();
  const declared = [
    ...readTypes(root, "packages/contract/src/errors/hilum-error.ts").filter(({ name }) => name === "Problem"),
    ...readTypes(root, "packages/contract/src/fhir/communication.ts").filter(({ name }) =>
      ["Channel", "RecipientRole"].includes(name),
    ),
    ...readTypes(root, "packages/contract/src/manifest/manifest.ts"),
    ...readTypes(root, "packages/contract/src/wire/protocol.ts"),
  ].filter(({ name }) => !Object.hasOwn(named, name) && name !== "PluginMethod");
  writer.add(renderEvidence());
  for (const type of declared) writer.declare(type);
  const names = Object.entries(named).map(([name, values]) => `${name} = ${literal(values)}`);
  return `${generatedFrom("packages/contract/src/wire/protocol.ts and packages/contract/src/manifest/manifest.ts")}
"""What crosses the wire and what a manifest holds, as types for checkers of types."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union

${names.join("\n\n")}

SentState = Literal["no", "maybe"]

Retry = Literal["later", "never"]

Communication = dict[str, Any]
"""A FHIR R4 Communication, as JSON has it."""

Resource = dict[str, Any]
"""A FHIR R4 resource of one of the canonical types, as JSON has it."""

SearchQuery = list[tuple[str, str]]
"""Search parameters in their order: repeats and modifiers as in a FHIR query."""


${writer.text()}

RefusedRecipient = SendResultRefused
"""A recipient that was not taken, by its index in the Communication."""
`;
}

/** Names of a member's enumeration in the rows of a check. */
function ruleNames(method: string, list: string, member: string): readonly string[] {
  const rules = rowRules(method, list).members[member] as { names: string[] };
  return rules.names;
}

function rowRules(method: string, list: string): { members: Record<string, unknown>; required: string[] } {
  const answer = answerShapes.get(method)?.rules as unknown as { members: Record<string, { entry: unknown }> };
  return answer.members[list]?.entry as { members: Record<string, unknown>; required: string[] };
}

/** A row of a check is declared as a shape, not as an interface. */
function renderEvidence(): string {
  const { members, required } = rowRules("config.validate", "rows");
  const typeOf = (name: string, rules: unknown): string => {
    const { kind, names } = rules as { kind: string; names?: string[] };
    if (name === "cause") return "CauseClass";
    return kind === "one_of" ? literal(names ?? []) : kind === "number" ? "float" : "str";
  };
  const rows = Object.entries(members).map(([name, rules]) => ({ name, type: typeOf(name, rules) }));
  return typedDict(
    "Evidence",
    "One checked claim, as it is shown to an operator.",
    rows.filter(({ name }) => required.includes(name)),
    rows.filter(({ name }) => !required.includes(name)),
  );
}

interface Row {
  name: string;
  type: string;
  comment?: string | undefined;
}

function createWriter(): { add(text: string): void; declare(type: DeclaredType): void; text(): string } {
  const blocks: string[] = [];

  function declare(type: DeclaredType): void {
    if (type.kind === "interface") return void blocks.push(renderMembers(type.name, type.comment, type.members));
    const rendered = render(type.type, type.name, "");
    blocks.push(`${type.name} = ${union(rendered)}${type.comment === undefined ? "" : `\n"""${type.comment}"""`}\n`);
  }

  function renderMembers(name: string, comment: string | undefined, members: readonly DeclaredMember[]): string {
    const rows = members.map((member): Row & { optional: boolean } => ({
      ...{ name: member.name, optional: member.optional, comment: member.comment },
      type: render(member.type, name, member.name),
    }));
    return typedDict(
      name,
      comment,
      rows.filter(({ optional }) => !optional),
      rows.filter(({ optional }) => optional),
    );
  }

  /** The type in Python; an object type within another becomes a class of its own. */
  function render(type: TSType, owner: string, member: string): string {
    switch (type.type) {
      case "TSStringKeyword":
        return "str";
      case "TSBooleanKeyword":
        return "bool";
      case "TSNumberKeyword":
        return /Ms$|^(?:cpu|minimum|maximum|retryAfterMs)$/.test(member) ? "float" : "int";
      case "TSUnknownKeyword":
        return "Any";
      case "TSLiteralType":
        return renderLiteral(type);
      case "TSArrayType":
        return `list[${render(type.elementType, owner, member)}]`;
      case "TSParenthesizedType":
        return render(type.typeAnnotation, owner, member);
      case "TSUnionType":
        return renderUnion(type.types, owner, member);
      case "TSIntersectionType":
        return renderIntersection(type.types, owner, member);
      case "TSTypeLiteral":
        return inner(membersOf(type.members), owner, member);
      case "TSTypeQuery":
        return type.exprName.type === "Identifier" && type.exprName.name === "protocolVersion"
          ? literal([protocolVersion])
          : "dict[str, int]";
      case "TSTypeReference":
        return renderReference(type, owner, member);
      default:
        throw new TypeError(`${owner}.${member}: a ${type.type} has no counterpart in Python`);
    }
  }

  function renderLiteral({ literal: value }: Extract<TSType, { type: "TSLiteralType" }>): string {
    if (value.type !== "Literal") throw new TypeError(`a ${value.type} is no plain literal`);
    if (typeof value.value === "string") return literal([value.value]);
    return value.value === true ? "Literal[True]" : String(value.value);
  }

  function renderUnion(types: readonly TSType[], owner: string, member: string): string {
    const parts = types.map((part, index) => {
      const tag = part.type === "TSTypeLiteral" ? tagOf(part) : undefined;
      return render(
        part,
        `${owner}${tag === undefined ? "" : classNameOf(tag.replaceAll("-", "_"))}`,
        tag === undefined && part.type === "TSTypeLiteral" ? `${member}${index + 1}` : tag === undefined ? member : "",
      );
    });
    const texts = parts.filter((part) => part.startsWith("Literal["));
    const joined =
      texts.length < 2
        ? parts
        : [
            ...new Set(parts.filter((part) => !texts.includes(part))),
            `Literal[${texts.map((part) => part.slice(8, -1)).join(", ")}]`,
          ];
    return [...new Set(joined)].map((part) => (part === "int" && joined.includes("str") ? "float" : part)).join(" | ");
  }

  /** A base with more members: the members of all are written into one class. */
  function renderIntersection(types: readonly TSType[], owner: string, member: string): string {
    const members = types.flatMap((part) => {
      const bare = part.type === "TSParenthesizedType" ? part.typeAnnotation : part;
      if (bare.type === "TSTypeLiteral") return membersOf(bare.members);
      if (bare.type === "TSTypeReference" && bare.typeName.type === "Identifier" && bare.typeName.name === "PluginPage")
        return pluginPage();
      throw new TypeError(`${owner}.${member}: a ${bare.type} cannot be joined`);
    });
    return inner(members, owner, member);
  }

  function inner(members: readonly DeclaredMember[], owner: string, member: string): string {
    const name = `${owner}${member.charAt(0).toUpperCase()}${member.slice(1)}`;
    blocks.push(renderMembers(name, undefined, members));
    return name;
  }

  function renderReference(type: Extract<TSType, { type: "TSTypeReference" }>, owner: string, member: string): string {
    if (type.typeName.type !== "Identifier") throw new TypeError(`${owner}.${member}: a qualified name`);
    const { name } = type.typeName;
    if (name !== "Record") return name;
    const [, value] = type.typeArguments?.params ?? [];
    return `dict[str, ${value === undefined ? "Any" : render(value, owner, member)}]`;
  }

  return { add: (text) => void blocks.push(text), declare, text: () => blocks.join("\n\n") };

  function pluginPage(): DeclaredMember[] {
    const text = { type: "TSStringKeyword", start: 0, end: 0 } as TSType;
    return [
      { name: "entry", optional: false, type: text, comment: undefined },
      { name: "style", optional: true, type: text, comment: undefined },
    ];
  }
}

/** The value of the first member, where it tells the forms of a union apart. */
function tagOf(type: Extract<TSType, { type: "TSTypeLiteral" }>): string | undefined {
  const [first] = membersOf(type.members);
  if (first?.type.type !== "TSLiteralType" || first.type.literal.type !== "Literal") return undefined;
  return String(first.type.literal.value);
}

function typedDict(
  name: string,
  comment: string | undefined,
  required: readonly Row[],
  optional: readonly Row[],
): string {
  const doc = comment === undefined ? [] : [`    """${comment}"""`, ""];
  const rows = (members: readonly Row[]): string[] =>
    members.flatMap(({ name: member, type, comment: words }) => [
      ...(words === undefined ? [] : [`    # ${words}`]),
      `    ${member}: ${type}`,
    ]);
  const strange = [...required, ...optional].some(({ name: member }) => keywords.has(member));
  if (strange)
    return `${name} = TypedDict(\n    ${quote(name)},\n    {${[...required, ...optional].map(({ name: member, type }) => `${quote(member)}: ${quote(type)}`).join(", ")}},\n)\n`;
  if (optional.length === 0) return [`class ${name}(TypedDict):`, ...doc, ...rows(required), ""].join("\n");
  if (required.length === 0)
    return [`class ${name}(TypedDict, total=False):`, ...doc, ...rows(optional), ""].join("\n");
  return [
    ...[`class _${name}Needed(TypedDict):`, ...rows(required), "", ""],
    ...[`class ${name}(_${name}Needed, total=False):`, ...doc, ...rows(optional), ""],
  ].join("\n");
}

const keywords = new Set(["in", "from", "class", "is", "not"]);
const literal = (values: readonly string[]): string => `Literal[${values.map(quote).join(", ")}]`;
/** An alias is a value, which Python before 3.10 could not write with bars between strings. */
const union = (type: string): string =>
  type.includes(" | ")
    ? `Union[${type
        .split(" | ")
        .map((part) => part.trim())
        .join(", ")}]`
    : type;
