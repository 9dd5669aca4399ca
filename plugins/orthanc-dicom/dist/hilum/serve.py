"""Serves a plugin that the host started."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from .handshake import shake_hands_at_once
from .protocol.stdio import take_stdio

if TYPE_CHECKING:
    from .definition import Plugin


def serve(plugin: Plugin) -> NoReturn:
    """Serves over standard input and output, until the host says `shutdown` or goes away. Never returns.

    Standard output is the protocol's alone from here on; `print` goes to standard error, which the host keeps as the
    plugin's log. The process ends when serving ends, and after an error that nobody caught.
    """
    read_end, write_end = take_stdio()
    handshake = shake_hands_at_once(plugin, read_end, write_end)
    # Only now: to load asyncio takes as long as all that came before, and the host works on its side meanwhile.
    import asyncio

    from .serve_stdio import serve_stdio

    why = asyncio.run(serve_stdio(plugin, read_end, write_end, handshake))
    sys.stderr.flush()
    # Threads of the plugin's own do not hold up an end that the host asked for.
    os._exit(0 if why in ("shutdown", "closed") else 1)
