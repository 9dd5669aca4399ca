"""The rules of the SDK judge as the host's own: `conformance/vectors/` is made by the host's code."""

from __future__ import annotations

import base64
import json
from typing import Any

from hilum.errors import HostError, ProviderError
from hilum.messages import MessageAttachment as Attachment
from hilum.messages import (
    channel_of,
    contact_points,
    email,
    fax,
    idempotency_key_of,
    is_test_message,
    message_text,
    sms,
)
from hilum.protocol.frames import Failure, Notification, Request, Result, Violation, decode_frame, encode_frame
from hilum.rules.answers import check_answer, check_error_data
from hilum.rules.ingress import held_secrets, without_held
from hilum.rules.manifest import parse_manifest
from hilum.rules.message import check_message
from hilum.rules.policy import Allowed, Ask, Grant, decide
from hilum.rules.record_search import parse_search
from hilum.rules.request_templates import allowed_headers, find_request, is_plain_path
from hilum.rules.scopes import covers_scope, format_scope, parse_scope, resolve_scope
from hilum.rules.settings import validate_settings, visible, with_defaults

from .mutation import mutate

Case = dict[str, Any]
CALL = '{"jsonrpc":"2.0","id":"1","method":"m","params":%s}'


def line_of(case: Case) -> bytes:
    if "text" in case:
        return str(case["text"]).encode("utf-8", "surrogatepass")
    if "base64" in case:
        return base64.b64decode(case["base64"])
    kind, number = case["recipe"].split(" ")
    count = int(number)
    if kind == "nested":
        return (CALL % ('{"a":' + "[" * (count - 2) + "]" * (count - 2) + "}")).encode()
    if kind == "values":
        return (CALL % ('{"a":[' + "1," * count + "1]}")).encode()
    return (CALL % ('{"a":"' + "x" * (count - len(CALL % '{"a":""}')) + '"}')).encode()


def shown(read: Any) -> Any:
    if isinstance(read, Violation):
        return {"violation": read.reason, "detail": read.detail}
    if isinstance(read, Request):
        return {"frame": {"kind": "request", "id": read.id, "method": read.method, "params": read.params}}
    if isinstance(read, Notification):
        return {"frame": {"kind": "notification", "method": read.method, "params": read.params}}
    if isinstance(read, Result):
        return {"frame": {"kind": "result", "id": read.id, "result": read.result}}
    assert isinstance(read, Failure)
    error: Case = {"code": read.code, "message": read.message}
    if read.data:
        error["data"] = read.data
    return {"frame": {"kind": "error", "id": read.id, "error": error}}


def differences(cases: list[Case], judge: Any, names: tuple[str, ...]) -> list[Any]:
    """Cases whose outcome is another than the host's, at most ten of them."""
    found = []
    for case in cases:
        got, wanted = judge(case), {name: case[name] for name in names if name in case}
        if got != wanted:
            found.append({"case": {k: v for k, v in case.items() if k not in names}, "got": got, "wanted": wanted})
    return found[:10]


def test_frames_are_read_alike(vectors: Any) -> None:
    def judge(case: Case) -> Any:
        outcome = shown(decode_frame(line_of(case)))
        if case.get("frame") == "as written" and "frame" in outcome:
            outcome["frame"] = "as written"
        return outcome

    assert differences(vectors("frames-read"), judge, ("violation", "detail", "frame")) == []


def test_frames_are_written_byte_for_byte_alike(vectors: Any) -> None:
    for case in vectors("frames-written"):
        assert encode_frame(case["message"]) == case["line"].encode("utf-8")


def test_manifests_are_judged_alike(vectors: Any) -> None:
    bases: dict[str, Any] = {}

    def judge(case: Case) -> Any:
        if "manifest" in case:
            bases[case["base"]] = case["manifest"]
            parsed = parse_manifest(case["manifest"])
        else:
            parsed = parse_manifest(mutate(bases[case["base"]], case))
        if parsed.manifest is not None:
            return {"ok": True}
        problems: list[Any] = [{**problem} for problem in parsed.problems]
        for problem in problems:
            # What RE2's own reader says of a pattern is its alone.
            if problem["message"].startswith("the pattern is not RE2: "):
                problem["message"] = "the pattern is not RE2: ..."
        return {"ok": False, "code": parsed.code, "problems": problems}

    assert differences(vectors("manifests"), judge, ("ok", "code", "problems")) == []


def test_settings_are_judged_alike(vectors: Any) -> None:
    manifest = next(case["manifest"] for case in vectors("manifests") if case["base"] == "full")
    schema = manifest["config"]
    held, *cases = vectors("settings")
    assert held_secrets(manifest) == held["held"]

    def judge(case: Case) -> Any:
        values = case["values"]
        outcome: Case = {"problems": validate_settings(schema, values)}
        if isinstance(values, dict):
            outcome["shown"] = sorted(visible(schema, values))
            outcome["withDefaults"] = with_defaults(schema, values)
            outcome["withoutHeld"] = without_held(manifest, values)
        return outcome

    assert differences(cases, judge, ("problems", "shown", "withDefaults", "withoutHeld")) == []


def test_scopes_are_read_alike(vectors: Any) -> None:
    first, *cases = vectors("scopes")
    right = [parse_scope(case["text"]) for case in cases if "scope" in case]

    def judge(case: Case) -> Any:
        scope = parse_scope(case["text"])
        if isinstance(scope, dict):
            return {"problem": scope}
        covers = [
            index for index, other in enumerate(right) if not isinstance(other, dict) and covers_scope(scope, other)
        ]
        outcome: Case = {"scope": format_scope(scope), "covers": covers}
        if "resolved" in case:
            filled = [resolve_scope(scope, settings) for settings in first["settings"]]
            outcome["resolved"] = [one if isinstance(one, dict) else format_scope(one) for one in filled]
        return outcome

    assert differences(cases, judge, ("problem", "scope", "covers", "resolved")) == []


def test_grants_decide_alike(vectors: Any) -> None:
    def judge(case: Case) -> Any:
        request = case["request"]
        owner = request.get("owner")
        ask = Ask(
            plugin="com.example.mail",
            instance="default",
            lane=request["lane"],
            action=request["action"],
            now=1000,
            scope=request.get("scope"),
            owner=None if owner is None else (owner["plugin"], owner["instance"]),
            actor_kind=case.get("actorKind", "plugin"),
            epoch_seen=request.get("epochSeen", 0),
        )
        grants = [
            Grant(
                one["plugin"],
                one["instance"],
                one["scope"],
                one.get("resolved"),
                one["decision"],
                one.get("until"),
            )
            for one in case["grants"]
        ]
        decision = decide(ask, grants, case["epoch"])
        if isinstance(decision, Allowed):
            rows = [[_pairs(rule.every), [_pairs(one) for one in rule.none]] for rule in decision.rows]
            return {"allow": True, "implied": decision.grant is None, **({"rows": rows} if rows else {})}
        return {"allow": False, "reason": decision.reason}

    assert differences(vectors("decisions"), judge, ("allow", "implied", "rows", "reason")) == []


def _pairs(criteria: Any) -> list[list[str]]:
    return [[name, value] for name, value in criteria]


def test_records_are_found_alike(vectors: Any) -> None:
    first, *cases = vectors("searches")

    def judge(case: Case) -> Any:
        try:
            matches = parse_search(case["type"], [(name, value) for name, value in case["query"]])
        except HostError as error:
            return {"refused": error.code}
        return {"found": [index for index, resource in enumerate(first["resources"]) if matches(resource)]}

    assert differences(cases, judge, ("found", "refused")) == []


def test_requests_are_allowed_alike(vectors: Any) -> None:
    first, *cases = vectors("requests")

    def template(method: str, path: str) -> Any:
        found = find_request(first["requests"], method, path)
        return None if found is None else found["path"]

    def judge(case: Case) -> Any:
        if "headers" in case:
            return {"allowed": allowed_headers(case["headers"], ["prefer"])}
        path = case["path"]
        return {"plain": is_plain_path(path), "post": template("POST", path), "get": template("GET", path)}

    assert differences(cases, judge, ("allowed", "plain", "post", "get")) == []


def recipients_of(given: Any) -> Any:
    if isinstance(given, list):
        return [recipients_of(one) for one in given]
    return given if isinstance(given, str) else (given["address"], given["reference"])


def build(given: Case) -> Any:
    [(kind, options)] = given.items()
    arguments = {
        {"idempotencyKey": "idempotency_key"}.get(name, name): recipients_of(value)
        if name in ("to", "cc", "bcc")
        else value
        for name, value in options.items()
    }
    if "attachments" in arguments:
        arguments["attachments"] = [
            Attachment(one["url"], one["contentType"], one.get("title"), one.get("size"))
            for one in options["attachments"]
        ]
    builders: dict[str, Any] = {"email": email, "sms": sms, "fax": fax}
    return builders[kind](**arguments)


def test_messages_are_built_and_read_alike(vectors: Any) -> None:
    def without_none(**members: Any) -> Case:
        return {name: value for name, value in members.items() if value is not None}

    def judge(case: Case) -> Any:
        message = build(case["input"])
        subject, text, html, files = message_text(message)
        return {
            "communication": message,
            "channel": channel_of(message),
            "test": is_test_message(message),
            "points": [
                without_none(system=one.system, value=one.value, role=one.role, reference=one.reference)
                for one in contact_points(message)
            ],
            "text": without_none(
                subject=subject,
                text=text,
                html=html,
                attachments=[
                    without_none(url=one.url, contentType=one.content_type, title=one.title, size=one.size)
                    for one in files
                ],
            ),
            "key": idempotency_key_of(message),
        }

    cases = vectors("messages-built")
    names = ("communication", "channel", "test", "points", "text", "key")
    assert differences(cases, judge, names) == []
    for case in cases:
        assert json.dumps(build(case["input"])) == json.dumps(case["communication"]), "members stand in the same order"


def test_messages_are_taken_alike(vectors: Any) -> None:
    cases = vectors("messages-judged")
    base = cases[0]["message"]

    def judge(case: Case) -> Any:
        return {"problems": check_message(mutate(base, case) if "at" in case else case["message"])}

    assert differences(cases, judge, ("problems",)) == []


def test_answers_are_judged_alike(vectors: Any) -> None:
    bases: dict[str, Any] = {}

    def judge(case: Case) -> Any:
        if "errorData" in case:
            return {"problems": check_error_data(case["errorData"])}
        method = case["method"]
        if "at" in case:
            return {"problems": check_answer(method, mutate(bases[method], case))}
        bases.setdefault(method, case["result"])
        return {"problems": check_answer(method, case["result"])}

    assert differences(vectors("answers"), judge, ("problems",)) == []


def test_failures_are_told_alike(vectors: Any) -> None:
    names = {"retryAfterMs": "retry_after_ms"}

    def judge(case: Case) -> Any:
        options = {names.get(name, name): value for name, value in case["options"].items()}
        error = ProviderError(case["code"], **options)
        return {"data": error.data, "detail": error.detail}

    assert differences(vectors("provider-errors"), judge, ("data", "detail")) == []
