import { protocolVersion, wireErrorCodes, wireLimits } from "@hilum/contract";
import { extensionUrls, identifierSystems, participationMode, testLabel } from "@hilum/contract/fhir";
import { constantNameOf, generatedFrom, quote } from "./python-text.ts";

/** `hilum/protocol/limits.py`: numbers and names of the wire. It is loaded at each start, so it holds nothing else. */
export function renderLimitsModule(): string {
  const limits = Object.entries(wireLimits).map(([name, value]) => `${constantNameOf(name)} = ${value}`);
  const codes = Object.entries(wireErrorCodes).map(([name, value]) => `    ${constantNameOf(name)} = ${value}`);
  const label = Object.entries(testLabel).map(([name, value]) => `    ${quote(name)}: ${quote(value)},`);
  return `${generatedFrom("packages/contract/src/wire/protocol.ts and packages/contract/src/fhir/systems.ts")}
"""Limits, error codes and names of the protocol (docs/reference/protocol.md)."""

PROTOCOL_VERSION = ${quote(protocolVersion)}

${limits.join("\n")}


class WireCode:
    """Error codes of JSON-RPC 2.0 as they are used here."""

${codes.join("\n")}


PARTICIPATION_MODE = ${quote(participationMode)}
USED_CONTACT_POINT = ${quote(extensionUrls.usedContactPoint)}
RECIPIENT_ROLE = ${quote(extensionUrls.recipientRole)}
DELIVERY_STATE = ${quote(extensionUrls.deliveryState)}
IDEMPOTENCY_KEY_SYSTEM = ${quote(identifierSystems.idempotencyKey)}
PROVIDER_MESSAGE_ID_SYSTEM = ${quote(identifierSystems.providerMessageId)}
TEST_LABEL = {
${label.join("\n")}
}
`;
}
