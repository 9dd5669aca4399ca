"""What a plugin's capabilities imply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .contract import load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping

_CAREFUL = ("none", "transit", "store")


def phi_class_of(manifest: Mapping[str, Any]) -> str:
    """The PHI class: what the manifest declares, but never less careful than its capabilities imply."""
    known = load_contract()["capabilities"]
    ranks = [_CAREFUL.index(known[name]["phi"]) for name in manifest["capabilities"]]
    return _CAREFUL[max([_CAREFUL.index(manifest.get("classification", {}).get("phi", "none")), *ranks])]


def phi_of_capability(name: str) -> str:
    phi: str = load_contract()["capabilities"][name]["phi"]
    return phi
