"""What lies in a backup's folder, and whether it still does."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """Why a backup was not made, or not restored; one sentence."""


@dataclass(frozen=True)
class Kept:
    """One file: its name, size and SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass
class Manifest:
    """What a backup holds, and what the database it came from looked like at that instant."""

    made_at: str
    schema: str
    audit_entries: int
    audit_head: str
    rows: dict[str, int]
    dump: Kept
    files: list[Kept] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The list of a backup; BackupError when there is none or it cannot be read."""
        try:
            given = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            kept = [Kept(**one) for one in given.pop("files")]
            return cls(**{**given, "dump": Kept(**given["dump"]), "files": kept})
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise BackupError(f"{folder / MANIFEST} is missing or cannot be read.") from fault

    def write(self, folder: Path) -> None:
        """Write the list, last of all: a folder without it is no backup."""
        draft = folder / f"{MANIFEST}.new"
        draft.write_text(json.dumps(asdict(self), indent=1, sort_keys=True), encoding="utf-8")
        draft.rename(folder / MANIFEST)


def keep(pieces: Iterable[bytes], path: Path) -> Kept:
    """Write the bytes to a file, measured and hashed on the way."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        for piece in pieces:
            digest.update(piece)
            size += file.write(piece)
    return Kept(path.name, size, digest.hexdigest())


def measure(path: Path) -> Kept:
    """A file as it lies there now."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces_of(path):
        digest.update(piece)
        size += len(piece)
    return Kept(path.name, size, digest.hexdigest())


def pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def find_faults(folder: Path) -> list[str]:
    """Everything that is missing from a backup or was changed since it was made, one sentence each."""
    manifest = Manifest.read(folder)
    expected = {folder / DUMP: manifest.dump, **{folder / FILES / kept.name: kept for kept in manifest.files}}
    faults = []
    for path, kept in expected.items():
        if not path.is_file():
            faults.append(f"{path.relative_to(folder)} is missing.")
        elif measure(path) != kept:
            faults.append(f"{path.relative_to(folder)} is not what was kept: its size or hash differs.")
    extra = {path.name for path in (folder / FILES).glob("*")} - {kept.name for kept in manifest.files}
    return faults + [f"{FILES}/{name} is not on the list." for name in sorted(extra)]
