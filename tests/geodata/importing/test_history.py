"""What people change on disk can be undone, like an import."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from geodata import store
from geodata.importing.history import KEPT, CannotUndo, History, edit
from tests.geodata.test_store import compound
from twin.places.model import Compound

BY = {"by": "admin", "camera": "huodian/camera/1"}


@pytest.fixture
def places(tmp_path: Path) -> Path:
    store.save(tmp_path / "places", compound("huodian"))
    return tmp_path / "places"


def named(name: str) -> Any:
    return lambda one: msgspec.structs.replace(one, name=name)


def log(places: Path) -> list[dict[str, Any]]:
    lines = (places.parent / "imports/huodian/log.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_one_compound_is_changed_where_it_lies_and_the_log_says_who(places: Path) -> None:
    before, after = edit(places, "huodian", named("火电新村"), BY)
    assert (before, after.name) == (compound("huodian"), "火电新村")
    assert store.load(places) == [after]
    (row,) = log(places)
    assert (row["type"], row["by"], row["data"]["camera"]) == ("place.edited", *BY.values())
    assert row["data"]["territory"] == before.territory


def test_changes_are_undone_one_after_another_to_the_byte(places: Path) -> None:
    file = places / "huodian.json"
    states = [file.read_bytes()]
    for number in range(3):
        edit(places, "huodian", named(f"{number}"), BY)
        states.append(file.read_bytes())
    history = History(places, "huodian")
    for state in reversed(states[:-1]):
        history.undo("li", compound("huodian").territory)
        assert file.read_bytes() == state
    with pytest.raises(CannotUndo, match="no change"):
        history.undo("li")
    assert [row["type"] for row in log(places)][-1] == "place.import_undone"


def test_an_import_and_a_change_on_top_are_undone_in_turn(places: Path) -> None:
    history = History(places, "huodian")
    new = named("进口")(compound("huodian"))
    about = {"by": "admin", "territory": new.territory}
    history.save(new, new, {}, None, about)
    edit(places, "huodian", named("改"), BY)
    assert history.known() is not None
    history.undo("li")
    assert store.load(places) == [new] and history.known() is not None
    history.undo("li")
    assert store.load(places) == [compound("huodian")] and history.known() is None


def test_what_others_wrote_is_not_undone(places: Path) -> None:
    edit(places, "huodian", named("改"), BY)
    store.save(places, named("别人")(compound("huodian")))
    with pytest.raises(CannotUndo, match="written by others"):
        History(places, "huodian").undo("li")
    with pytest.raises(CannotUndo, match="no change"):
        History(places, "nanxing").undo("li")
    assert not (places.parent / "imports/nanxing").exists()


def test_a_change_that_is_refused_leaves_everything_as_it_was(places: Path) -> None:
    file = places / "huodian.json"
    was = file.read_bytes(), file.stat().st_mtime_ns

    def refuse(_: Compound) -> Compound:
        raise ValueError("not this")

    with pytest.raises(ValueError, match="not this"):
        edit(places, "huodian", refuse, BY)
    edit(places, "huodian", lambda one: one, BY)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == was
    assert not (places.parent / "imports/huodian/log.jsonl").exists()
    for nothing in ("nanxing", "../places/nanxing"):
        with pytest.raises(KeyError):
            edit(places, nothing, lambda one: one, BY)


def test_of_many_changes_at_once_none_is_lost_and_the_last_ten_are_kept(places: Path) -> None:
    def longer(one: Compound) -> Compound:
        return msgspec.structs.replace(one, name=f"{one.name}+")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: edit(places, "huodian", longer, BY), range(KEPT + 5)))
    assert store.load(places)[0].name.count("+") == KEPT + 5
    assert len(list((places.parent / "imports/huodian/undo").iterdir())) == KEPT
