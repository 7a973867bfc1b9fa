from __future__ import annotations

import hashlib
import io
import json
import pickletools
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from labeling.intent_model import ArtefactRefused, Encoder, IntentModel, load, pack, unpack
from labeling.intent_model.artefact import FILES, MANIFEST

MESSAGES = ["where's my parcel??", "how much is on this voucher", "🐸", "", "x" * 100_000, "<b>/restart</b>"]


@pytest.fixture
def saved(model: IntentModel, tmp_path: Path) -> Path:
    model.save(tmp_path / "model")
    return tmp_path / "model"


def test_a_loaded_model_ranks_exactly_as_the_one_that_was_saved(
    model: IntentModel, saved: Path, encoder: Encoder
) -> None:
    loaded = load(saved, encoder)

    assert loaded.rank(MESSAGES) == model.rank(MESSAGES)
    assert loaded.version == model.version
    assert loaded.calibration == model.calibration
    assert loaded.snapshot == model.snapshot


def test_an_artefact_opens_the_encoder_that_it_names(saved: Path) -> None:
    assert load(saved).rank(["where is my order"])[0].best == "order_status"


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_an_artefact_with_a_missing_file_is_refused_by_name(saved: Path, encoder: Encoder, name: str) -> None:
    (saved / name).unlink()

    with pytest.raises(ArtefactRefused, match=name):
        load(saved, encoder)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_anywhere_is_refused(saved: Path, encoder: Encoder, name: str) -> None:
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(content)

    with pytest.raises(ArtefactRefused, match=f"{name} is damaged"):
        load(saved, encoder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_half_written_file_is_refused(saved: Path, encoder: Encoder, name: str) -> None:
    content = (saved / name).read_bytes()
    (saved / name).write_bytes(content[: len(content) // 2])

    with pytest.raises(ArtefactRefused, match=name):
        load(saved, encoder)


@pytest.mark.parametrize("manifest", ["[]", "null", "{}", '{"format": 99}', '{"format": 1}', "\udcff"])
def test_a_manifest_that_says_nonsense_is_refused(saved: Path, encoder: Encoder, manifest: str) -> None:
    (saved / MANIFEST).write_bytes(manifest.encode("utf-8", "surrogateescape"))

    with pytest.raises(ArtefactRefused, match=r"\S"):
        load(saved, encoder)


def test_arrays_that_do_not_fit_their_labels_are_refused_although_every_hash_is_right(
    saved: Path, encoder: Encoder
) -> None:
    (saved / "labels.json").write_text('["one", "two"]')
    rehash(saved, "labels.json")

    with pytest.raises(ArtefactRefused, match="do not fit together"):
        load(saved, encoder)


def test_an_array_that_hides_a_pickle_is_refused(saved: Path, encoder: Encoder) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, head_weights=np.array([{"a": 1}], dtype=object))
    (saved / "arrays.npz").write_bytes(buffer.getvalue())
    rehash(saved, "arrays.npz")

    with pytest.raises(ArtefactRefused):
        load(saved, encoder)


def test_an_artefact_of_another_encoder_is_refused(saved: Path, encoder: Encoder) -> None:
    manifest = json.loads((saved / MANIFEST).read_text())
    manifest["encoder"]["fingerprint"] = "0" * 64
    (saved / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(ArtefactRefused, match="another encoder"):
        load(saved, encoder)


def test_an_artefact_whose_encoder_is_not_here_is_refused(saved: Path) -> None:
    manifest = json.loads((saved / MANIFEST).read_text())
    manifest["encoder"]["name"] = "./no/such/encoder"
    (saved / MANIFEST).write_text(json.dumps(manifest))

    with pytest.raises(ArtefactRefused, match="no such directory"):
        load(saved)


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path, encoder: Encoder) -> None:
    with pytest.raises(ArtefactRefused, match="no such artefact"):
        load(tmp_path / "nothing", encoder)


def test_no_file_of_an_artefact_is_a_pickle(saved: Path) -> None:
    with zipfile.ZipFile(saved / "arrays.npz") as arrays:
        assert all(np.lib.format.read_magic(arrays.open(name)) for name in arrays.namelist())
    for path in saved.iterdir():
        with pytest.raises((ValueError, IndexError, UnicodeDecodeError)):
            list(pickletools.genops(path.read_bytes()))


def test_saving_over_an_artefact_is_refused_and_leaves_it_whole(
    model: IntentModel, saved: Path, encoder: Encoder
) -> None:
    with pytest.raises(FileExistsError):
        model.save(saved)

    assert load(saved, encoder).version == model.version
    assert [path.name for path in saved.parent.iterdir()] == ["model"]


def test_an_artefact_survives_its_journey_through_the_registry(
    model: IntentModel, saved: Path, encoder: Encoder, tmp_path: Path
) -> None:
    archive = pack(saved)
    unpack(archive, sha256(archive), tmp_path / "elsewhere")

    assert load(tmp_path / "elsewhere", encoder).rank(MESSAGES) == model.rank(MESSAGES)


def test_a_damaged_archive_is_refused_and_nothing_is_left_behind(saved: Path, tmp_path: Path) -> None:
    archive = pack(saved)

    with pytest.raises(ArtefactRefused, match="damaged"):
        unpack(archive[:-1], sha256(archive), tmp_path / "elsewhere")
    with pytest.raises(ArtefactRefused, match=r"cannot be unpacked|does not hold"):
        unpack(archive[:-50], sha256(archive[:-50]), tmp_path / "elsewhere")

    assert {path.name for path in tmp_path.iterdir()} == {"model"}


@pytest.mark.parametrize("name", ["../manifest.json", "/tmp/manifest.json", "sub/arrays.npz", "extra.txt"])
def test_an_archive_with_a_file_that_leads_elsewhere_is_refused(saved: Path, tmp_path: Path, name: str) -> None:
    buffer = io.BytesIO(pack(saved))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, "x")

    with pytest.raises(ArtefactRefused, match="exactly"):
        unpack(buffer.getvalue(), sha256(buffer.getvalue()), tmp_path / "elsewhere")

    assert {path.name for path in tmp_path.iterdir()} == {"model"}


def test_an_archive_that_would_fill_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeling.intent_model.archive.LARGEST", 1_000_000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (MANIFEST, *FILES):
            archive.writestr(name, b"0" * 300_000)

    with pytest.raises(ArtefactRefused, match="more than"):
        unpack(buffer.getvalue(), sha256(buffer.getvalue()), tmp_path / "elsewhere")


def test_an_older_copy_is_replaced_whole(saved: Path, encoder: Encoder, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "copy")
    (tmp_path / "copy" / "leftover").write_text("x")
    archive = pack(saved)

    unpack(archive, sha256(archive), tmp_path / "copy")

    assert load(tmp_path / "copy", encoder)
    assert not (tmp_path / "copy" / "leftover").exists()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def rehash(saved: Path, name: str) -> None:
    manifest = json.loads((saved / MANIFEST).read_text())
    manifest["files"][name] = sha256((saved / name).read_bytes())
    (saved / MANIFEST).write_text(json.dumps(manifest))
