"""A real Orthanc on a free port of this machine, with a user and a folder of its own, behind a proxy that speaks TLS.

Debian's Orthanc finds no library for TLS by itself, and hospitals put a proxy before it as well.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
PASSWORD = "a password of tests"


class OrthancServer:
    """`stop` leaves what it keeps; `start` is at the same port again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="orthanc-"))
        self.port = _free_port()
        certificate, key = self._folder / "cert.pem", self._folder / "key.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-keyout", str(key), "-out", str(certificate)),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            ],
            check=True,
            capture_output=True,
        )
        self.authority = certificate.read_text("utf-8")
        self._inner = _free_port()
        self._proxy = TlsProxy(self.port, self._inner, certificate, key)
        (self._folder / "orthanc.json").write_text(
            json.dumps(
                {
                    "StorageDirectory": str(self._folder / "storage"),
                    "IndexDirectory": str(self._folder / "storage"),
                    "HttpPort": self._inner,
                    "DicomServerEnabled": False,
                    "RemoteAccessAllowed": False,
                    "AuthenticationEnabled": True,
                    "RegisteredUsers": {"hilum": PASSWORD},
                    "Plugins": [],
                }
            ),
            "utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        assert PROGRAM is not None
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAM, str(self._folder / "orthanc.json")], stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.get("/system")
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise RuntimeError((self._folder / "log").read_text("utf-8")) from None
                time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def close(self) -> None:
        self.stop()
        self._proxy.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", data=body, method=method)
        pair = base64.b64encode(f"hilum:{PASSWORD}".encode()).decode()
        request.add_header("authorization", f"Basic {pair}")
        context = ssl.create_default_context(cadata=self.authority)
        with urllib.request.urlopen(request, context=context, timeout=10) as answer:
            read: bytes = answer.read()
            return read

    def get(self, path: str) -> Any:
        return json.loads(self.ask("GET", path))

    def instances(self) -> list[dict[str, str]]:
        """Tags of everything that is kept, by name."""
        return [self.get(f"/instances/{one}/simplified-tags") for one in self.get("/instances")]


class TlsProxy:
    """Passes each connection on, byte by byte. One that Orthanc does not take is closed."""

    def __init__(self, port: int, to: int, certificate: Path, key: Path) -> None:
        self._to = to
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", port, ssl=self._context))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
