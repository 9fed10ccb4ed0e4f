"""The application's catalogue: the kinds it was given, where its own files lie, and a memory of parsed entries."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from app.catalogues.files import CatalogueFile, read_file
from app.catalogues.kinds import CatalogueKind

SUFFIXES = frozenset({".json", ".yaml", ".yml"})
MAX_REMEMBERED = 5000


class Catalogue:
    """Made by `create_app` with an explicit list of kinds and kept as `app.extensions["catalogues"]`.

    `root` is the package whose rooms bring catalogue files.
    """

    def __init__(self, kinds: Iterable[CatalogueKind], root: Path) -> None:
        listed = list(kinds)
        self.kinds = {kind.name: kind for kind in listed}
        if len(self.kinds) != len(listed):
            raise ValueError("two catalogue kinds have the same name")
        self.root = root.resolve()
        self._parsed: dict[tuple[str, str], Any] = {}

    def packaged(self) -> list[Path]:
        """The catalogue files that rooms bring along, in a fixed order."""
        return sorted(self.root.glob("*/catalog/*.yaml"))

    def shown(self, path: Path) -> str:
        """The name under which a file is known: the same on every machine for the product's own files."""
        full = path.resolve()
        for base in (self.root.parent, Path.cwd()):
            if full.is_relative_to(base):
                return full.relative_to(base).as_posix()
        return full.as_posix()

    def read(self, paths: Sequence[Path]) -> list[CatalogueFile]:
        """Reads files and, for a folder, every catalogue file directly inside it."""
        wanted = [inner for path in paths for inner in _files_of(path)]
        return [read_file(path, self.shown(path)) for path in dict.fromkeys(path.resolve() for path in wanted)]

    def parse(self, kind: str, digest: str, content: Callable[[], dict[str, Any]]) -> Any:
        """The room's own object for stored content; it is shared between callers, so rooms give immutable ones.

        `content` is asked for only where the object is not remembered.
        """
        key = (kind, digest)
        if key not in self._parsed:
            if len(self._parsed) >= MAX_REMEMBERED:
                self._parsed.clear()
            self._parsed[key] = self.kinds[kind].parse(content())
        return self._parsed[key]


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(inner for inner in path.iterdir() if inner.suffix in SUFFIXES and inner.is_file())
