"""What the generator wrote down of the contract: shapes as data, capabilities, types."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def load_contract() -> dict[str, Any]:
    """`contract.gen.json`, read once and when it is first needed."""
    contract: dict[str, Any] = json.loads(Path(__file__).with_name("contract.gen.json").read_text("utf-8"))
    return contract
