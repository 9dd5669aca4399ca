"""Standard input and output of a plugin that the host started."""

from __future__ import annotations

import os
import stat
import sys


def take_stdio() -> tuple[int, int]:
    """Makes standard input and output the protocol's alone, and returns their descriptors.

    From here on whatever is printed, by Python or by a library in C, goes to standard error, which the host keeps as
    the plugin's log; whoever reads standard input finds its end.
    """
    if not all(map(_is_pipe, (0, 1))):
        sys.exit("This program is a plugin: Hilum starts it, and speaks with it over standard input and output.")
    sys.stdout.flush()
    read_end, write_end = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return read_end, write_end


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
