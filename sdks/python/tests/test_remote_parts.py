"""Parts of the remote runtime by themselves; the whole of it runs against Node's own server in the conformance suite."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from hilum import EnrolmentError, define_plugin, serve_remote
from hilum.protocol.frames import Request, Violation, encode_frame
from hilum.remote.ed25519 import PrivateKey
from hilum.remote.link_file import decode_enrolment_code, read_link_file
from hilum.remote.websocket import HandshakeRefused, WebSocketChannel, WebSocketError, _shake_hands

# RFC 8032 section 7.1, tests 1 to 3, and SHA(abc).
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("seed", "public", "message", "signature"), VECTORS)
def test_signs_as_rfc_8032_has_it(seed: str, public: str, message: str, signature: str) -> None:
    key = PrivateKey(bytes.fromhex(seed))
    assert key.public_bytes().hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature


def test_writes_a_key_as_pem_and_reads_it_back() -> None:
    key = PrivateKey.generate()
    assert PrivateKey.from_pem(key.to_pem()).public_bytes() == key.public_bytes()
    with pytest.raises(ValueError, match="no Ed25519 key"):
        PrivateKey.from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")


def code_of(value: Any) -> str:
    return "hilum-enrol-1." + b64encode(json.dumps(value).encode(), altchars=b"-_").decode().rstrip("=")


def test_reads_enrolment_codes_of_this_version_alone() -> None:
    good = {"url": "https://hilum.example:8443", "secret": "s"}
    assert decode_enrolment_code(f" {code_of(good)}\n") == good
    bad_ones: list[Any] = [
        {**good, "url": "http://x"},
        {**good, "secret": ""},
        {**good, "ca": 5},
        [],
        {"url": "https://x"},
    ]
    for bad in bad_ones:
        assert decode_enrolment_code(code_of(bad)) is None
    for text in ("", "nonsense", "hilum-enrol-1.%%%", "hilum-enrol-1." + "A" * 5000):
        assert decode_enrolment_code(text) is None


async def test_says_why_there_is_no_link(tmp_path: Path) -> None:
    plugin = define_plugin()
    with pytest.raises(EnrolmentError, match="pass an enrolment_code"):
        await serve_remote(plugin, link_file=tmp_path / "link.json")
    with pytest.raises(EnrolmentError, match="no enrolment code"):
        await serve_remote(plugin, link_file=tmp_path / "link.json", enrolment_code="nonsense")


def test_reads_a_link_file_of_either_sdk(tmp_path: Path) -> None:
    path = tmp_path / "link.json"
    assert read_link_file(path) is None
    key = PrivateKey.generate()
    file = {"url": "https://x", "link": "l", "plugin": "com.example.p", "instance": "default"}
    path.write_text(json.dumps({**file, "privateKey": key.to_pem()}))
    link = read_link_file(path)
    assert link is not None
    assert (link.ca, link.key.public_bytes()) == (None, key.public_bytes())
    os.chmod(path, 0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


class Events:
    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.violations: list[Violation] = []
        self.closed = asyncio.Event()

    def on_frame(self, frame: Any) -> None:
        self.frames.append(frame)

    def on_violation(self, violation: Violation) -> None:
        self.violations.append(violation)
        self.closed.set()

    def on_close(self) -> None:
        self.closed.set()


def fragment(kind: int, payload: bytes, *, final: bool = True, bits: int = 0) -> bytes:
    head = bytes([(0x80 if final else 0) | bits | kind])
    if len(payload) < 126:
        return head + bytes([len(payload)]) + payload
    return head + bytes([126]) + len(payload).to_bytes(2, "big") + payload


async def exchange(sent: bytes, act: Any = None) -> tuple[Events, bytes]:
    """What a channel makes of bytes of a server, and what it answers."""
    answered = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        try:
            while chunk := await asyncio.wait_for(reader.read(65_536), 0.3):
                answered.extend(chunk)
        except asyncio.TimeoutError:
            pass
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    events = Events()
    channel = WebSocketChannel(reader, writer)
    channel.start(events)
    if act is not None:
        act(channel)
    await asyncio.wait_for(events.closed.wait(), 5)
    channel.close()
    server.close()
    await asyncio.sleep(0.01)
    return events, bytes(answered)


def unmask(frame: bytes) -> tuple[int, bytes]:
    assert frame[1] & 0x80, "a client masks"
    size = frame[1] & 0x7F
    mask, body = frame[2:6], frame[6 : 6 + size]
    return frame[0] & 0x0F, bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))


LINE = encode_frame({"id": 1, "method": "m", "params": {"text": "x" * 200}})[:-1]


async def test_joins_fragments_and_answers_a_ping_between_them() -> None:
    sent = fragment(1, LINE[:50], final=False) + fragment(9, b"are you there") + fragment(0, LINE[50:])
    events, answered = await exchange(sent + fragment(8, b"\x03\xe8"))
    assert events.frames == [Request(1, "m", {"text": "x" * 200})]
    assert unmask(answered) == (10, b"are you there")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (fragment(1, b"{}", bits=0x40), 1002),
        (fragment(3, b""), 1002),
        (bytes([0x81, 0x80, 0, 0, 0, 0]), 1002),
        (fragment(0, b"x"), 1002),
        (fragment(1, b"x", final=False) + fragment(1, b"y"), 1002),
        (fragment(9, b"x", final=False), 1002),
        (bytes([0x81, 127]) + (1_048_577).to_bytes(8, "big"), 1009),
    ],
)
async def test_ends_on_what_is_no_websocket_before_it_reads_it(sent: bytes, code: int) -> None:
    """threat 43: ends on what is no websocket before it reads it."""
    events, answered = await exchange(sent)
    assert events.frames == []
    assert unmask(answered) == (8, code.to_bytes(2, "big"))


async def test_ends_on_a_binary_message_and_on_one_that_is_no_frame() -> None:
    """threat 20: ends on a binary message and on one that is no frame."""
    for sent, reason in ((fragment(2, b"{}"), "not_json"), (fragment(1, b"[]"), "batch")):
        events, _ = await exchange(sent)
        assert [violation.reason for violation in events.violations] == [reason]


async def test_writes_messages_of_every_length_masked() -> None:
    lines = [encode_frame({"method": "m", "params": {"a": "x" * size}}) for size in (1, 200, 70_000)]
    _, answered = await exchange(b"", lambda channel: [channel.write(line) for line in lines])
    assert answered[0:1] == b"\x81"
    assert len(answered) > 70_000
    assert b"xxxx" not in answered


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", HandshakeRefused),
        (b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: wrong\r\n\r\n", WebSocketError),
        (b"nonsense\r\n\r\n", WebSocketError),
        (b"", WebSocketError),
    ],
)
async def test_takes_no_other_handshake(answer: bytes, error: type[Exception]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(error):
        await _shake_hands(reader, writer, f"127.0.0.1:{port}", "/", {})
    writer.close()
    server.close()
