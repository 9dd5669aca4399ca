import { causeByProviderCode, errorCatalogue, errorCodes, type ErrorCode, type ErrorSpec } from "@hilum/contract";
import { classNameOf, generatedFrom, quote } from "./python-text.ts";

const causeOf = (code: string): string | undefined => new Map(Object.entries(causeByProviderCode)).get(code);
const isReportable = (code: ErrorCode): boolean => causeOf(code) !== undefined;
const sorted: readonly ErrorCode[] = errorCodes.toSorted();
const reportable = sorted.filter(isReportable);
const refusals = sorted.filter((code) => !isReportable(code));

/** `hilum/errors.py`: the tree of exceptions, one class for each code of the catalogue. */
export function renderErrorsModule(): string {
  return `${generatedFrom("packages/contract/src/errors/catalogue.ts")}
"""Every exception of the SDK, and where it stands.

HilumError                       everything below: \`code\`, \`detail\`, \`problems\`, \`spec\`
├── ProviderError                what a plugin reports, and what a failed \`ctx.fetch\` raises
${branches(reportable, "│   ", ["EgressError", "why `ctx.connect` has no connection"])}
├── HostError                    what the platform refused
${branches(refusals, "│   ")}
├── LinkClosedError              the link ended before the answer came
├── LinkRevokedError             the platform does not know a remote link any more
├── EnrolmentError               an enrolment code was not taken
└── RegistrationError            a plugin was not registered

PeerError                        what the other side of a link answered, before it is one of these

\`ProviderError("provider.timeout")\` and \`HostError("request.conflict")\` make the class of their code.
"""

from __future__ import annotations

from .error_base import (
    EgressError,
    EnrolmentError,
    HilumError,
    HostError,
    LinkClosedError,
    LinkRevokedError,
    PeerError,
    ProviderError,
    RegistrationError,
)

${sorted.map(renderClass).join("\n\n")}


CLASSES: dict[str, type[HilumError]] = {
${sorted.map((code) => `    ${quote(code)}: ${classNameOf(code)},`).join("\n")}
}

__all__ = [
    "CLASSES",
${[...base, ...sorted.map(classNameOf)]
  .toSorted()
  .map((name) => `    ${quote(name)},`)
  .join("\n")}
]
`;
}

const base = [
  "EgressError",
  "EnrolmentError",
  "HilumError",
  "HostError",
  "LinkClosedError",
  "LinkRevokedError",
  "PeerError",
  "ProviderError",
  "RegistrationError",
];

function branches(codes: readonly ErrorCode[], indent: string, last?: [name: string, what: string]): string {
  const rows = [
    ...codes.map((code): [string, string] => [classNameOf(code), code]),
    ...(last === undefined ? [] : [last]),
  ];
  return rows
    .map(([name, what], index) => `${indent}${index === rows.length - 1 ? "└──" : "├──"} ${name.padEnd(25)} ${what}`)
    .join("\n");
}

function renderClass(code: ErrorCode): string {
  const { title }: ErrorSpec = errorCatalogue[code];
  return `
class ${classNameOf(code)}(${isReportable(code) ? "ProviderError" : "HostError"}):
    """${title}: \`${code}\`."""`;
}

/** `hilum/catalogue.py`: what is known of each code. Loaded with the first error. */
export function renderCatalogueModule(): string {
  const rows = sorted.map((code) => {
    const { status, title, fix, retryable }: ErrorSpec = errorCatalogue[code];
    return `    ${quote(code)}: ErrorSpec(\n        ${status},\n        ${quote(title)},\n        ${quote(fix)},\n        ${retryable ? "True" : "False"},\n    ),`;
  });
  const causes = sorted.flatMap((code) => {
    const cause = causeOf(code);
    return cause === undefined ? [] : [`    ${quote(code)}: ${quote(cause)},`];
  });
  return `${generatedFrom("packages/contract/src/errors/")}
"""The error catalogue: what a caller learns about each code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .models import CauseClass


class ErrorSpec(NamedTuple):
    """\`fix\` says what to do now, in the console's words; \`retryable\`: the same may succeed later without a change."""

    status: int
    title: str
    fix: str
    retryable: bool


CATALOGUE: dict[str, ErrorSpec] = {
${rows.join("\n")}
}

CAUSES: dict[str, CauseClass] = {
${causes.join("\n")}
}
`;
}
