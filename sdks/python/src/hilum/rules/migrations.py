"""Settings migrations of a manifest: what their shape cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .problem import Report


def check_migrations(manifest: Mapping[str, Any], report: Report) -> None:
    """Versions in order, and no change that leads to a setting that does not exist."""
    migrations = manifest.get("migrations", [])
    if not migrations:
        return
    version = manifest.get("version")
    if version is None:
        report("/migrations", "the manifest has no `version` that they could lead to", "Add `version`.")
    for index, migration in enumerate(migrations):
        here, own = f"/migrations/{index}/version", migration["version"]
        if index > 0 and _precedence(migrations[index - 1]["version"]) >= _precedence(own):
            report(here, "comes after a later version", "List migrations from the earliest to the latest.")
        if version is not None and _precedence(own) > _precedence(version):
            fix = "Raise `version`, or lower this one."
            report(here, f"is later than the plugin's own version {version}", fix)
    _check_names(manifest, report)


def _check_names(manifest: Mapping[str, Any], report: Report) -> None:
    declared = set(manifest.get("config", {}).get("properties", {}))
    later: set[str] = set()
    for index, migration in reversed(list(enumerate(manifest["migrations"]))):
        for at, change in reversed(list(enumerate(migration["settings"]))):
            renames = change["change"] == "rename"
            name = change["to"] if renames else change["name"]
            # A later change may take it further, or away.
            if change["change"] != "remove" and name not in declared and name not in later:
                pointer = f"/migrations/{index}/settings/{at}/{'to' if renames else 'name'}"
                fix = "Declare it in /config/properties, or change it further."
                report(pointer, f"leads to the setting `{name}`, which config does not declare", fix)
            later.add(change["from"] if renames else name)


def _precedence(version: str) -> tuple[int, int, int, bool]:
    """Semantic Versioning 2.0.0, section 11; a pre-release comes before its release."""
    core, _, pre = version.partition("+")[0].partition("-")
    major, minor, patch = (int(part) for part in core.split("."))
    return major, minor, patch, pre == ""
