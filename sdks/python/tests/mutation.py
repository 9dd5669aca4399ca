"""One change of a JSON value, as the vectors write it."""

from __future__ import annotations

import copy
from typing import Any


def mutate(value: Any, case: dict[str, Any]) -> Any:
    """The value after `put` at the pointer `at`, or after its removal."""
    changed = copy.deepcopy(value)
    names = [name.replace("~1", "/").replace("~0", "~") for name in case["at"].split("/")[1:]]
    parent = changed
    for name in names[:-1]:
        parent = parent[int(name) if isinstance(parent, list) else name]
    last: Any = int(names[-1]) if isinstance(parent, list) else names[-1]
    if "put" in case:
        parent[last] = copy.deepcopy(case["put"])
    else:
        del parent[last]
    return changed
