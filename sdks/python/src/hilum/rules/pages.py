"""`ui` of a manifest: what its shape cannot say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .deceptive_text import find_look_alike

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problem import Report


def is_inner_path(path: str) -> bool:
    """A path inside the plugin's folder: relative, with forward slashes, and no part that leads out or hides."""
    return re.fullmatch(r"[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*(?:/[A-Za-z0-9_@+-][A-Za-z0-9_@+.-]*)*", path) is not None


def check_pages(manifest: Mapping[str, Any], report: Report) -> None:
    ui = manifest.get("ui")
    if ui is None:
        return
    if manifest.get("runtime", {}).get("kind") == "remote":
        report("/ui", "a remote plugin has no folder here that pages could come from", "Remove it.")
    for name in ("settings", "health"):
        if name in ui:
            _check_files(ui[name], f"/ui/{name}", report)
    for index, page in enumerate(ui.get("pages", [])):
        pointer = f"/ui/pages/{index}"
        _check_files(page, pointer, report)
        if find_look_alike(page["title"]) is not None:
            message = "mixes alphabets whose letters look alike"
            report(f"{pointer}/title", message, "Write each word in one alphabet.")
        if page["title"] != page["title"].strip():
            report(f"{pointer}/title", "begins or ends with a blank", "Remove the blank.")


def _check_files(files: Mapping[str, Any], pointer: str, report: Report) -> None:
    entry, style = files["entry"], files.get("style")
    if not (is_inner_path(entry) and re.search(r"\.m?js\Z", entry)):
        message = "is not the path of a .js or .mjs file in the plugin's folder"
        report(f"{pointer}/entry", message, "Write a path such as dist/ui/settings.js.")
    if style is not None and not (is_inner_path(style) and style.endswith(".css")):
        message = "is not the path of a .css file in the plugin's folder"
        report(f"{pointer}/style", message, "Write a path such as dist/ui/settings.css.")
