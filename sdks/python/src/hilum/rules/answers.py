"""What a plugin answers, as strictly as the protocol is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .contract import load_contract
from .problem import problem
from .shape import check_shape

if TYPE_CHECKING:
    from ..models import Problem


def check_answer(method: str, result: Any) -> list[Problem]:
    """What is wrong with a plugin's answer to `method`; pointers are into the result."""
    rules = load_contract()["answers"].get(method)
    return [problem("", "the host does not call this method")] if rules is None else check_shape(rules, result)


def check_error_data(data: Any) -> list[Problem]:
    """What is wrong with `error.data` of a plugin's failed answer."""
    return check_shape(load_contract()["errorData"], data)
