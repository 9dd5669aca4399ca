"""A folder becomes the same package here as in Hilum: `conformance/vectors/packages.json` is made by the host's packer."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from hilum.package import PackageError, pack_folder

VECTORS = Path(__file__).parents[3] / "conformance" / "vectors" / "packages.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text())["cases"]


def write_tree(folder: Path, tree: dict[str, str]) -> None:
    for path, text in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_packs_the_same_bytes(case: dict[str, Any], tmp_path: Path) -> None:
    """The same folder gives the same bytes in both languages"""
    write_tree(tmp_path, case["tree"])
    if case["digest"] is None:
        with pytest.raises(PackageError):
            pack_folder(tmp_path)
    else:
        assert hashlib.sha256(pack_folder(tmp_path)).hexdigest() == case["digest"]


def test_packs_no_link(tmp_path: Path) -> None:
    """threat 110: refuses a symbolic link"""
    write_tree(tmp_path, CASES[0]["tree"])
    os.symlink("/etc/hostname", tmp_path / "dist" / "link.py")
    with pytest.raises(PackageError, match="symbolic link"):
        pack_folder(tmp_path)
