"""A plugin as the host starts it: a program of its own, over real pipes."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).resolve().parents[1] / "src")}

PROGRAM = """
import asyncio, os, sys, threading
from hilum import Sent, define_plugin, serve

async def send(message, ctx):
    key = message.idempotency_key
    if key == "slow":
        await asyncio.sleep(30)
    if key == "thread":
        threading.Thread(target=lambda: __import__("time").sleep(60)).start()
    if key == "print":
        print("a line for the log")
        os.write(1, b"and one past Python\\n")
    if key == "crash":
        asyncio.get_running_loop().create_task(fail())
        await asyncio.sleep(30)
    return Sent(provider_id=key)

async def fail():
    raise KeyError("ada@example.org")

serve(define_plugin(send_messages=send, on_shutdown=lambda: print("bye")))
"""

HANDSHAKE: dict[str, Any] = {
    "protocol": "1",
    "limits": {},
    "settings": {},
    "grants": [],
    "plugin": "com.example.p",
    "instance": "default",
    "testMode": False,
}


class Running:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._next = 0

    async def ask(self, method: str, **params: Any) -> Any:
        self._next += 1
        self.write({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return await self.answer(self._next)

    def write(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")

    async def answer(self, identifier: int) -> Any:
        assert self.process.stdout is not None
        while True:
            line = await self.process.stdout.readline()
            assert line, "the plugin ended without an answer"
            message = json.loads(line)
            if message.get("id") == identifier:
                return message

    async def initialize(self) -> Any:
        return await self.ask("initialize", **HANDSHAKE)

    async def send(self, key: str) -> Any:
        return await self.ask("messages.send", message={}, attempt=1, idempotencyKey=key, attachments=[])

    async def exit(self) -> tuple[int, str]:
        assert self.process.stderr is not None
        errors = (await self.process.stderr.read()).decode()
        return await asyncio.wait_for(self.process.wait(), 5), errors


@pytest_asyncio.fixture
async def plugin() -> AsyncIterator[Running]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-s", "-u", "-c", PROGRAM, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT
    )
    yield Running(process)
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_shakes_hands_answers_and_leaves_with_0_on_shutdown_though_a_thread_still_runs(plugin: Running) -> None:
    assert (await plugin.send("early"))["error"]["code"] == -32004
    assert "messages.send" in (await plugin.initialize())["result"]["methods"]
    assert (await plugin.send("thread"))["result"] == {"outcome": "accepted", "providerId": "thread"}
    assert (await plugin.ask("shutdown"))["result"] is None
    assert await plugin.exit() == (0, "bye\n")


async def test_reads_on_where_the_handshake_ended_however_the_bytes_arrive(plugin: Running) -> None:
    assert plugin.process.stdin is not None
    handshake = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE}).encode()
    send = {"message": {}, "attempt": 1, "idempotencyKey": "first", "attachments": []}
    call = json.dumps({"jsonrpc": "2.0", "id": 2, "method": "messages.send", "params": send}).encode()
    plugin.process.stdin.write(handshake[:40])
    await asyncio.sleep(0.1)
    plugin.process.stdin.write(handshake[40:] + b"\r\n" + call[:40])
    assert "messages.send" in (await plugin.answer(1))["result"]["methods"]
    plugin.process.stdin.write(call[40:] + b"\n")
    assert (await plugin.answer(2))["result"]["providerId"] == "first"
    assert (await plugin.initialize())["error"]["code"] == -32600


async def test_refuses_a_protocol_that_it_does_not_speak_and_takes_the_next(plugin: Running) -> None:
    assert (await plugin.ask("initialize", **{**HANDSHAKE, "protocol": "9"}))["error"]["code"] == -32602
    assert "messages.send" in (await plugin.initialize())["result"]["methods"]


async def test_leaves_with_0_when_the_host_goes_before_it_said_a_whole_line(plugin: Running) -> None:
    assert plugin.process.stdin is not None
    plugin.process.stdin.write(b'{"jsonrpc":')
    plugin.process.stdin.close()
    assert (await plugin.exit())[0] == 0


async def test_leaves_with_0_when_the_host_goes_before_it_read_the_answer_of_the_handshake() -> None:
    host, plugin_end = socket.socketpair()
    pipe = asyncio.subprocess.PIPE
    # It asks, and is gone before the plugin has started.
    host.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HANDSHAKE}).encode() + b"\n")
    host.close()
    end = plugin_end.fileno()
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-s", "-u", "-c", PROGRAM], stdin=end, stdout=end, stderr=pipe, env=ENVIRONMENT
    )
    plugin_end.close()
    assert await Running(process).exit() == (0, "")


async def test_leaves_with_another_code_on_a_first_line_that_never_ends(plugin: Running) -> None:
    assert plugin.process.stdin is not None
    plugin.process.stdin.write(b"x" * 1_100_000)
    assert (await plugin.exit())[0] == 1


async def test_keeps_standard_output_for_the_protocol(plugin: Running) -> None:
    await plugin.initialize()
    assert (await plugin.send("print"))["result"]["providerId"] == "print"
    assert plugin.process.stdin is not None
    plugin.process.stdin.close()
    code, errors = await plugin.exit()
    assert code == 0
    assert "a line for the log" in errors
    assert "and one past Python" in errors


async def test_stops_a_call_that_is_cancelled_and_still_answers(plugin: Running) -> None:
    await plugin.initialize()
    send = {"message": {}, "attempt": 1, "idempotencyKey": "slow", "attachments": [], "meta": {"deadlineMs": 60_000}}
    plugin.write({"jsonrpc": "2.0", "id": 77, "method": "messages.send", "params": send})
    plugin.write({"jsonrpc": "2.0", "method": "$/cancel", "params": {"id": 77}})
    assert (await plugin.answer(77))["error"]["code"] == -32002
    assert (await plugin.send("next"))["result"]["providerId"] == "next"


async def test_leaves_with_another_code_on_a_line_that_it_cannot_read(plugin: Running) -> None:
    await plugin.initialize()
    assert plugin.process.stdin is not None
    plugin.process.stdin.write(b"this is no JSON\n")
    assert (await plugin.exit())[0] == 1


async def test_dies_of_an_error_that_nobody_caught_and_says_where_but_not_what(plugin: Running) -> None:
    """threat 42: dies of an error that nobody caught and says where but not what."""
    await plugin.initialize()
    send = {"message": {}, "attempt": 1, "idempotencyKey": "crash", "attachments": []}
    plugin.write({"jsonrpc": "2.0", "id": 5, "method": "messages.send", "params": send})
    assert plugin.process.stdout is not None
    output = (await plugin.process.stdout.read()).decode()
    code, errors = await plugin.exit()
    assert code == 1
    assert "uncaught exception: KeyError at fail" in output
    assert "ada@" not in output + errors
