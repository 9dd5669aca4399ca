from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parents[3] / "conformance" / "vectors"

# As the installed package brings it by its entry point.
pytest_plugins = ["hilum.testing.fixtures"]


@pytest.fixture
def vectors() -> Any:
    """Reads one file of vectors: its cases."""

    def read(name: str) -> list[dict[str, Any]]:
        cases: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["cases"]
        assert cases
        return cases

    return read
