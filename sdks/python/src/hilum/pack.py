"""`python -m hilum.pack <folder>`: makes a plugin whole, for a sandbox that sees nothing but the plugin's own folder.

Fills `<folder>/dist` anew: what stands in `src`, the part of this SDK that runs in a sandbox, and what
`requirements.txt` names, installed by pip without being built or run. `runtime.entry` of the manifest is then
`dist/main.py`, and Python finds everything beside it. With `--package` the folder becomes a package as well, of the same
bytes as Hilum makes of it.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from hilum.package import PackageError, pack_folder

# What only tests, registration and plugins outside of a sandbox need.
NOT_PACKED = frozenset(
    {"__pycache__", "testing", "rules", "remote", "registration.py", "https_json.py", "pack.py", "package.py"}
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m hilum.pack", description=__doc__)
    parser.add_argument("folder", type=Path, help="the plugin's folder, with hilum.json and src/main.py")
    parser.add_argument("--out", type=Path, help="where to put the result (default: dist in the folder)")
    parser.add_argument("--package", type=Path, help="also write the whole plugin as a package, to this file")
    options = parser.parse_args(arguments)
    if not (options.folder / "src" / "main.py").is_file():
        parser.error(f"{options.folder} has no src/main.py: that is the program which serves the plugin")
    pack(options.folder, options.out or options.folder / "dist")
    if options.package is not None:
        try:
            options.package.write_bytes(pack_folder(options.folder))
        except PackageError as error:
            parser.error(str(error))
    return 0


def pack(folder: Path, out: Path) -> None:
    """Puts the plugin's code, this SDK and the plugin's requirements beside each other."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(folder / "src", out, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copytree(Path(__file__).parent, out / "hilum", ignore=lambda _folder, names: NOT_PACKED & set(names))
    requirements = folder / "requirements.txt"
    if requirements.is_file():
        vendor(requirements, out)


def vendor(requirements: Path, out: Path) -> None:
    """Wheels alone: to build a source distribution is to run code that nobody has reviewed."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--only-binary=:all:"]
    subprocess.run([*command, "--target", str(out), "--requirement", str(requirements)], check=True)
    linked = [path for path in out.rglob("*") if path.is_symlink()]
    if linked:
        raise SystemExit(f"{linked[0]} is a symbolic link, which no package may hold")
    shutil.rmtree(out / "bin", ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
