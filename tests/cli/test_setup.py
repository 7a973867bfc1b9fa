"""`handraise setup` prepares what is slow, once."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import handraise


def test_setting_up_twice_trains_once(project: Path) -> None:
    for _ in range(2):
        said = handraise("setup", "--project", project)
        assert said.code == 0, said.err
        assert "Everything is in place." in said.out
    (model,) = (project / "models").iterdir()
    assert model.name.startswith("handraise-")
    made = model.stat().st_mtime_ns
    assert handraise("setup", "--project", project).code == 0
    assert [file.stat().st_mtime_ns for file in (project / "models").iterdir()] == [made]
