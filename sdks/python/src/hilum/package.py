"""A plugin's folder as a package, the same bytes as Hilum itself makes of it (`conformance/vectors/packages.json`).

Each file is stored and not compressed, in the order of the names, without times: the archive is a function of names and
contents alone (PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16).
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from hilum.rules.manifest import parse_manifest

LIST_NAME = "META/files.json"
SBOM_NAME = "META/sbom.cdx.json"
BUILT_SBOM_NAME = "dist/sbom.cdx.json"
FILE_BYTES_MAX = 20 * 1_048_576
FILES_MAX = 5_000
FOLDER_BYTES_MAX = 200 * 1_048_576

# What is a machine's or a tool's own and never part of a plugin.
LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "dist-info", "coverage", "htmlcov"})
DOCUMENT = re.compile(r"(readme(\.md)?|licen[cs]e(\.md|\.txt)?|changelog(\.md)?)", re.IGNORECASE)
FOR_WRITERS = re.compile(
    r"(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$|\.pyc$|^tests?/|^conformance\.json$|^pyproject\.toml$|^requirements[^/]*\.txt$"
)
# What only tests, registration and plugins outside of a sandbox need of this SDK.
SDK_LEFT_OUT = re.compile(r"^(testing|rules|remote)/|^(registration|https_json|pack|package)\.py$")


class PackageError(Exception):
    """Says which file or member cannot be packed, and why."""


def pack_folder(folder: Path) -> bytes:
    """A plugin of the runtime `python` with what it needs beside it. Raises `PackageError`."""
    files = dict(read_folder(folder))
    manifest = read_manifest(files)
    entry = manifest["runtime"]["entry"]
    shown = page_files(manifest)
    missing = next((path for path in [entry, *shown] if path not in files), None)
    if missing is not None:
        raise PackageError(f"{missing} is not in the folder")
    beside = {path: content for path, content in files.items() if DOCUMENT.fullmatch(path) or path in shown}
    own = {path: content for path, content in files.items() if path not in beside and is_run(path, entry)}
    code = {**own, **vendored_sdk(files, entry)}
    packed = {**code, SBOM_NAME: list_parts(manifest, files, code), **beside}
    return write_archive({**packed, LIST_NAME: list_files(packed)})


def read_folder(folder: Path, below: str = "") -> Iterator[tuple[str, bytes]]:
    """The regular files, without hidden ones and what tools leave behind."""
    for place in sorted(folder.iterdir()):
        path = f"{below}{place.name}"
        if place.name.startswith(".") or place.name in LEFT_OUT:
            continue
        if place.is_symlink():
            raise PackageError(f"{path} is a symbolic link, which no package may hold")
        if place.is_dir():
            yield from read_folder(place, f"{path}/")
        elif place.is_file():
            content = place.read_bytes()
            if len(content) > FILE_BYTES_MAX:
                raise PackageError(f"{path} is larger than {FILE_BYTES_MAX // 1_048_576} MiB")
            yield path, content


def read_manifest(files: Mapping[str, bytes]) -> dict[str, Any]:
    if "hilum.json" not in files:
        raise PackageError("the folder holds no hilum.json")
    # Whose an id is says who signs the package, not who packs it.
    parsed = parse_manifest(files["hilum.json"].decode(errors="replace"), included=True)
    if parsed.manifest is None:
        pointer, message = parsed.problems[0]["pointer"], parsed.problems[0]["message"]
        raise PackageError(f"hilum.json is not valid: {pointer} {message}")
    manifest = cast("dict[str, Any]", parsed.manifest)
    runtime = manifest.get("runtime", {})
    if runtime.get("kind") != "python" or "entry" not in runtime:
        raise PackageError("hilum.json names no entry of the runtime python")
    return manifest


def page_files(manifest: Mapping[str, Any]) -> list[str]:
    """The files that the plugin's own pages are made of."""
    ui = manifest.get("ui") or {}
    pages = [page for page in [ui.get("settings"), ui.get("health"), *(ui.get("pages") or [])] if page is not None]
    return [page[member] for page in pages for member in ("entry", "style") if member in page]


def is_run(path: str, entry: str) -> bool:
    """What is for who runs it. Where the entry was packed into `dist`, all that runs is there."""
    if path == "hilum.json":
        return True
    return not FOR_WRITERS.search(path) and (not entry.startswith("dist/") or path.startswith("dist/"))


def vendored_sdk(files: Mapping[str, bytes], entry: str) -> dict[str, bytes]:
    """This SDK beside the code, unless the folder brings it. Other dependencies have to be there: pip is not run here."""
    if any(re.search(r"(^|/)hilum/__init__\.py$", path) for path in files):
        return {}
    if re.search(rb"^\s*[^#\s]", files.get("requirements.txt", b""), re.MULTILINE):
        raise PackageError("requirements.txt names packages that are not beside the code: run `hilum.pack` first")
    place = f"{entry.rsplit('/', 1)[0]}/hilum" if "/" in entry else "hilum"
    sdk = read_folder(Path(__file__).parent)
    return {
        f"{place}/{path}": content for path, content in sdk if path.endswith(".py") and not SDK_LEFT_OUT.search(path)
    }


def list_parts(manifest: Mapping[str, Any], files: Mapping[str, bytes], code: Mapping[str, bytes]) -> bytes:
    """What the code is made of (CycloneDX 1.6), without time and serial number."""
    parts = {part["purl"]: part for part in [*built_parts(files), *sdk_part(code)]}
    identity, version = manifest["id"], manifest.get("version", "0.0.0")
    component = {"type": "application", "bom-ref": identity, "name": identity, "version": version}
    return to_json(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {"component": component},
            "components": [parts[purl] for purl in sorted(parts)],
        }
    )


def built_parts(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    """What the plugin says of code that was put beside its own before."""
    if BUILT_SBOM_NAME not in files:
        return []
    try:
        document = json.loads(files[BUILT_SBOM_NAME])
        components: list[dict[str, Any]] = document.get("components", [])
        named = all(isinstance(part[name], str) for part in components for name in ("name", "version", "purl"))
    except (ValueError, LookupError, AttributeError, TypeError):
        raise PackageError(f"{BUILT_SBOM_NAME} is not a CycloneDX document") from None
    if document.get("bomFormat") != "CycloneDX" or not named:
        raise PackageError(f"{BUILT_SBOM_NAME} is not a CycloneDX document")
    return components


def sdk_part(code: Mapping[str, bytes]) -> list[dict[str, Any]]:
    path = next((path for path in code if re.search(r"(^|/)hilum/version\.py$", path)), None)
    found = re.search(rb'"(\d+\.\d+\.\d+)"', code[path]) if path is not None else None
    if found is None:
        return []
    version = found[1].decode()
    part = {"type": "library", "name": "hilum", "version": version, "purl": f"pkg:pypi/hilum@{version}"}
    return [{**part, "licenses": [{"license": {"id": "Apache-2.0"}}]}]


def list_files(files: Mapping[str, bytes]) -> bytes:
    rows = [
        {"path": path, "bytes": len(files[path]), "digest": hashlib.sha256(files[path]).hexdigest()}
        for path in sorted(files)
    ]
    return to_json({"format": "hilum-package/1", "files": rows})


def to_json(value: object) -> bytes:
    return f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode()


# Version 2.0, names in UTF-8, stored; 1980-01-01, the first day that the format knows.
_HEAD = (20, 0x0800, 0, 0, 0x0021)
_MADE_BY = 3 << 8 | 20
_PLAIN_FILE = 0o100644 << 16


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP archive whose every byte follows from names and contents."""
    if len(files) > FILES_MAX or sum(map(len, files.values())) > FOLDER_BYTES_MAX:
        raise PackageError(f"the folder holds more than {FILES_MAX} files, or more than 200 MiB")
    body, directory = bytearray(), bytearray()
    for path in sorted(files):
        name, content = path.encode(), files[path]
        sizes = (zlib.crc32(content), len(content), len(content), len(name))
        directory += struct.pack("<I6H3I5H2I", 0x02014B50, _MADE_BY, *_HEAD, *sizes, 0, 0, 0, 0, _PLAIN_FILE, len(body))
        directory += name
        body += struct.pack("<I5H3I2H", 0x04034B50, *_HEAD, *sizes, 0) + name + content
    end = (0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + struct.pack("<I4H2IH", 0x06054B50, *end))
