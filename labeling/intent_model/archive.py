"""An artefact as one archive: what the registry keeps and every replica unpacks."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from labeling.intent_model.artefact import FILES, MANIFEST, ArtefactRefused

ARTEFACT = (MANIFEST, *FILES)
LARGEST = 1 << 30
"""Bytes that an archive may unpack to. A model of 100,000 examples is far below."""


def pack(directory: Path, names: Sequence[str] = ARTEFACT) -> bytes:
    """Raises ArtefactRefused where a file is missing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compresslevel=6) as archive:
        for name in names:
            try:
                # Arrays are nearly all of it, and compressed already.
                packing = zipfile.ZIP_STORED if name.endswith(".npz") else zipfile.ZIP_DEFLATED
                archive.writestr(zipfile.ZipInfo(name), (directory / name).read_bytes(), packing)
            except OSError as error:
                raise ArtefactRefused(f"{directory}: {name} is missing") from error
    return packed.getvalue()


def unpack(archive: bytes, sha256: str, directory: Path, names: Sequence[str] = ARTEFACT) -> None:
    """Whole or not at all. A directory that is there already is replaced. Raises ArtefactRefused."""
    if hashlib.sha256(archive).hexdigest() != sha256:
        raise ArtefactRefused("the archive is damaged: its hash is not the registry's")
    directory.parent.mkdir(parents=True, exist_ok=True)
    workplace = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        _extract(archive, workplace, names)
        if directory.exists():
            shutil.rmtree(directory)
        workplace.rename(directory)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _extract(archive: bytes, directory: Path, names: Sequence[str]) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            members = opened.infolist()
            strange = {member.filename for member in members} ^ set(names)
            if strange or len(members) != len(names):  # names are compared, so none can lead elsewhere
                raise ArtefactRefused("the archive does not hold exactly the files that it must")
            if sum(member.file_size for member in members) > LARGEST:
                raise ArtefactRefused("the archive would unpack to more than 1 GiB")
            for member in members:
                (directory / member.filename).parent.mkdir(exist_ok=True)
                (directory / member.filename).write_bytes(opened.read(member))
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, ValueError) as error:
        raise ArtefactRefused(f"the archive cannot be unpacked ({type(error).__name__})") from error
