"""Collections: what is in them for whom, and queries against a plain search."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.sharing.catalogue import COLLECTIONS, offered
from layers.sharing.collection import Asker, Collection, SharedRow, World, feature
from layers.sharing.index import CollectionCache
from layers.sharing.query import MOST, PARAMETERS, BadQuery, Query, read
from tests.support.builders import layers as b
from tests.support.catalogues import CATALOGUE
from twin import events as ev
from twin.places.model import Area, Building, Entrance, Lens, Path, Pipe, Service, Wall
from twin.state.twin import Twin

STREET = Asker((b.STREET,), False, "dispatcher")
VIEWER = Asker((b.STREET,), True, "viewer")
DEVICES = COLLECTIONS["devices"]


def a_world() -> World:
    """A street in which something happened."""
    twin = b.a_street("huodian", "jinyuan", each=4)
    for number, state in enumerate(("open", "closed", "open"), 1):
        twin.apply(b.reported(f"huodian/gate/{number}", state, b.at(number)))
    twin.apply(b.measured("huodian/noise/1", "level_db", 61.5, b.at(5)))
    return World((twin,))


WORLD = a_world()
SHELF = CollectionCache(WORLD)


def found(
    name: str, asker: Asker, query: Query | None = None, shelf: CollectionCache = SHELF
) -> list[Any]:
    """The features of a page."""

    async def ask() -> list[Any]:
        page = await shelf.page(COLLECTIONS[name], asker, query or Query(limit=MOST))
        return await shelf.features(COLLECTIONS[name], asker, page.rows)

    return asyncio.run(ask())


def test_every_collection_gives_what_its_fields_say() -> None:
    kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "instant": datetime}
    shelf = CollectionCache(World((_furnished(),)))
    for name, collection in COLLECTIONS.items():
        assert len({field.name for field in collection.fields}) == len(collection.fields)
        assert not {field.name for field in collection.fields} & set(PARAMETERS)
        assert "id" not in {field.name for field in collection.fields}
        assert not collection.time or collection.field(collection.time)
        rows = found(name, STREET, shelf=shelf)
        assert rows or name == "divisions", name
        for row in rows:
            for field in collection.fields:
                value = row["properties"][field.name]
                assert value is None or isinstance(value, kinds[field.kind]), (name, field.name)
            assert row["geometry"] is None or row["geometry"]["type"] == collection.shape


def _furnished() -> Twin:
    """A compound with one of everything."""
    place = b.a_compound("huodian")
    whole, here = place.territory, place.origin
    door = Entrance(unit="1", lonlat=here, has_lift=True)
    changes: dict[str, Any] = {
        "buildings": (place.buildings[0], *_houses("b", here)),
        "surroundings": _houses("s", here),
        "paths": (Path(id="huodian/path/1", kind="lane", line=(here, (113.2, 27.8))),),
        "walls": (Wall(line=(here, (113.2, 27.8))),),
        "services": (Service(id="huodian/service/1", kind="hydrant", name="消火栓", lonlat=here,
                             territory=f"{whole}.g2"),),
        "pipes": (Pipe(id="huodian/pipe/1", kind="gas", line=(here, (113.2, 27.8))),),
    }  # fmt: skip
    fields = {name: getattr(place, name) for name in place.__struct_fields__} | changes
    fields["buildings"] = (_with(fields["buildings"][0], entrances=(door,)),)
    fields["areas"] = (Area(id="huodian/area/1", kind="green", outline=b.ring(*here)),)
    fields["devices"] = tuple(
        _with(one, lens=Lens(tilt_deg=12.0, stream="rtsp://secret/1", stream_kind="hls"))
        if one.kind == "camera" else one
        for one in place.devices
    )  # fmt: skip
    twin = Twin(b.STREET, [type(place)(**fields)], CATALOGUE)
    told = ev.ReportedData(
        version=1, kind="one_key_call", level=1, place="3幢1单元102", source="call",
        lonlat=here, alarms=("huodian/call/1#call_pressed",), device="huodian/call/1", text="摔倒",
    )  # fmt: skip
    rest: dict[str, Any] = {"time": b.at(1), "by": "li", "territory": f"{whole}.g1"}
    raised = ev.AlarmRaisedData(version=1, rule="call_pressed", level=1, occurrence=1)
    alarm = "huodian/call/1#call_pressed"
    twin.apply(ev.AlarmRaised(id="a", subject=alarm, data=raised, **rest))
    twin.apply(ev.IncidentReported(id="i", subject="INC-1", data=told, **rest))
    duty = ev.StatusData(status="available")
    twin.apply(ev.ResponderStatus(id="d", subject="huodian/responder/zhou", data=duty, **rest))
    return twin


def _with(thing: Any, **changes: Any) -> Any:
    fields = {name: getattr(thing, name) for name in thing.__struct_fields__}
    return type(thing)(**fields | changes)


def _houses(name: str, here: tuple[float, float]) -> tuple[Building, ...]:
    house = Building(id=f"huodian/{name}9", name="9幢", outline=b.ring(*here, 0.0003), height_m=9.0,
                     floors=3)  # fmt: skip
    return (house,)


# --- who sees what ----------------------------------------------------------------------------


def test_no_camera_tells_where_its_picture_is() -> None:
    shelf = CollectionCache(World((_furnished(),)))
    said = str([found(name, STREET, shelf=shelf) for name in COLLECTIONS])
    assert "tilt_deg': 12.0" in said
    assert "secret" not in said and "hls" not in said


def test_viewers_learn_no_room_no_name_of_a_flat_and_no_words_of_a_case() -> None:
    shelf = CollectionCache(World((_furnished(),)))
    said = str([found(one.id, VIEWER, shelf=shelf) for one in offered(VIEWER)])
    assert "一键呼" in said
    assert "102" not in said and "摔倒" not in said and "周网格员" not in said
    said = str([found(one.id, STREET, shelf=shelf) for one in offered(STREET)])
    assert "102" in said and "摔倒" in said and "周网格员" in said


def test_what_a_viewer_cannot_read_cannot_be_searched_for_either() -> None:
    rooms = read(DEVICES, [("room", "102")])
    names = read(DEVICES, [("name", "3幢1单元102smoke")])
    assert found("devices", STREET, rooms) and found("devices", STREET, names)
    assert not found("devices", VIEWER, rooms) and not found("devices", VIEWER, names)


def test_once_a_case_is_over_nobody_gets_its_room_and_words() -> None:
    twin = _furnished()
    where = twin.incidents["INC-1"].territory
    rest: dict[str, Any] = {"time": b.at(9), "by": "li", "territory": where}
    shelf = CollectionCache(World((twin,)))
    (case,) = found("incidents", STREET, shelf=shelf)
    assert case["properties"]["text"] == "摔倒"
    note = ev.NoteData(version=2, text="误报")
    twin.apply(ev.IncidentCancelled(id="c", subject="INC-1", data=note, **rest))
    (case,) = found("incidents", STREET, shelf=shelf)
    assert case["properties"]["text"] is None and "102" not in str(case)
    assert case["properties"]["finished_at"] == b.at(9)


def test_off_duty_nobody_is_anywhere() -> None:
    twin = _furnished()
    shelf = CollectionCache(World((twin,)))
    assert found("responders", STREET, shelf=shelf)[0]["geometry"]
    off = ev.StatusData(status="off_duty")
    zhou = "huodian/responder/zhou"
    twin.apply(ev.ResponderStatus(id="x", subject=zhou, time=b.at(9), by="li", data=off))
    (one,) = found("responders", STREET, shelf=shelf)
    assert one["geometry"] is None and one["properties"]["located_at"] is None


def test_a_grid_sees_its_own_and_the_ground_it_stands_on() -> None:
    grid = Asker((f"{b.COMMUNITY}.huodian.g1",), False, "dispatcher")
    shelf = CollectionCache(World((_furnished(),)))
    counts = {name: len(found(name, grid, shelf=shelf)) for name in COLLECTIONS}
    assert counts["grids"] == 1 and counts["buildings"] == 1 and counts["devices"] == 12
    assert counts["services"] == 0  # the hydrant belongs to the other grid
    assert found("compounds", grid, shelf=shelf)[0]["properties"]["households"] is None


# --- queries ----------------------------------------------------------------------------------

WORDS = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.lists(st.floats(-400, 400), min_size=3, max_size=7).map(lambda n: ",".join(map(str, n))),
    st.datetimes().map(lambda at: f"{at.isoformat()}Z"),
    st.tuples(st.datetimes(), st.datetimes()).map(
        lambda two: "/".join(f"{at.isoformat()}Z" for at in two)
    ),
    st.sampled_from(["..", "/", "../..", "2026-11-22", "2026-11-22/..",
                     "0001-01-01T00:00:00+23:59", "9999-12-31"]),
)  # fmt: skip
NAMES = st.sampled_from([*PARAMETERS, *(field.name for field in DEVICES.fields), "x"])


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(NAMES, WORDS), max_size=4))
def test_any_words_make_a_query_or_a_refusal_that_names_the_parameter(
    given_: list[tuple[str, str]],
) -> None:
    try:
        query = read(DEVICES, given_)
    except BadQuery as bad:
        assert bad.name in dict(given_)
        assert len(bad.value) <= 120
    else:
        assert 1 <= query.limit <= MOST and query.offset >= 0
        assert all(w <= e and s <= n for w, s, e, n in query.boxes)


BOXES = st.tuples(st.floats(113.099, 113.123), st.floats(27.799, 27.802),
                  st.floats(113.099, 113.123), st.floats(27.799, 27.802))  # fmt: skip
WHOLE = f"{b.COMMUNITY}.huodian"
ASKERS = st.sampled_from([(b.STREET,), (WHOLE,), (f"{b.COMMUNITY}.jinyuan.g2",), ("x",),
                          (f"{WHOLE}.g1", f"{b.COMMUNITY}.jinyuan")])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["devices", "gates", "buildings", "grids", "compounds", "responders"]),
    prefixes=ASKERS,
    box=st.none() | BOXES,
    more=st.sampled_from([(), (("compound", "huodian"),), (("kind", "gate"), ("state", "open"))]),
    limit=st.integers(1, 9),
)
def test_pages_together_are_what_a_plain_search_finds(
    name: str,
    prefixes: tuple[str, ...],
    box: tuple[float, float, float, float] | None,
    more: Sequence[tuple[str, str]],
    limit: int,
) -> None:
    collection, asker = COLLECTIONS[name], Asker(prefixes, False, "dispatcher")
    more = [row for row in more if collection.field(row[0])]
    asked = [("limit", str(limit)), *more]
    if box is not None:
        west, east = sorted((box[0], box[2]))
        south, north = sorted((box[1], box[3]))
        asked.append(("bbox", f"{west},{south},{east},{north}"))
    query = read(collection, asked)
    expected = {
        row.id for row in collection.rows(WORLD) if _plainly(collection, row, asker, query, more)
    }
    got, matched = asyncio.run(_all_pages(name, asker, query))
    assert len(got) == len(set(got)) == matched
    assert set(got) == expected


def _plainly(
    collection: Collection,
    row: SharedRow,
    asker: Asker,
    query: Query,
    more: Sequence[tuple[str, str]],
) -> bool:
    if not collection.shows(asker, row.territory):
        return False
    made = feature(collection, row, asker)
    if any(str(made["properties"][name]) != value for name, value in more):
        return False
    if not query.boxes or made["geometry"] is None:
        return True
    (box,) = query.boxes
    return bool(shapely.geometry.shape(made["geometry"]).intersects(shapely.box(*box)))


async def _all_pages(name: str, asker: Asker, query: Query) -> tuple[list[str], int]:
    got: list[str] = []
    while True:
        page = await SHELF.page(COLLECTIONS[name], asker, query)
        assert len(page.rows) <= query.limit
        got += [row.id for row in page.rows]
        if not page.more:
            return got, page.matched
        query = Query(limit=query.limit, boxes=query.boxes, wanted=query.wanted, after=got[-1])


def test_pages_of_what_moves_neither_repeat_nor_skip_while_it_comes_and_goes() -> None:
    twin = b.a_street("huodian", each=4)
    rest: dict[str, Any] = {"time": b.at(1), "by": "li", "territory": f"{b.COMMUNITY}.huodian.g1"}

    def report(number: int) -> None:
        told = ev.ReportedData(version=1, kind="one_key_call", level=1, place="p", source="call",
                               lonlat=(113.1, 27.8))  # fmt: skip
        name = f"INC-{number:02d}"
        twin.apply(ev.IncidentReported(id=name, subject=name, data=told, **rest))

    for number in range(1, 20, 2):
        report(number)
    shelf, cases = CollectionCache(World((twin,))), COLLECTIONS["incidents"]
    first = asyncio.run(shelf.page(cases, STREET, Query(limit=4)))
    report(2)  # before the page's end: seen by nobody who is past it
    second = asyncio.run(shelf.page(cases, STREET, Query(limit=99, after=first.rows[-1].id)))
    ids = [row.id for row in (*first.rows, *second.rows)]
    assert ids == [f"INC-{number:02d}" for number in range(1, 20, 2)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2026-11-21T04:00:02Z", {2}),
        ("2026-11-21T12:00:02+08:00", {2}),
        ("2026-11-21T04:00:02Z/..", {2, 3}),
        ("/2026-11-21T04:00:02Z", {1, 2}),
        ("2026-11-21T04:00:01.5Z/2026-11-21T04:00:03Z", {2, 3}),
        ("2026-11-21", {1, 2, 3}),
        ("2026-11-22", set()),
        ("2026-11-20/2026-11-21", {1, 2, 3}),
    ],
)
def test_an_interval_holds_what_was_heard_in_it_and_what_has_no_time(
    words: str, expected: set[int]
) -> None:
    query = read(COLLECTIONS["gates"], [("datetime", words), ("compound", "huodian")])
    rows = found("gates", STREET, query)
    timed = {row["id"] for row in rows if row["properties"]["reported_at"]}
    assert timed == {f"huodian/gate/{number}" for number in expected}
    assert {row["id"] for row in rows} - timed == {f"huodian/gate/{n}" for n in range(4, 9)}


def test_a_reading_carries_its_quantity_and_unit() -> None:
    (row,) = found("devices", STREET, read(DEVICES, [("value", "61.5")]))
    told = row["properties"]
    assert (row["id"], told["quantity"]) == ("huodian/noise/1", "level_db")
    assert told["quantity_unit"] and told["value_at"] == b.at(5)
    assert told["reported_at"] - told["value_at"] == timedelta(0) and b.NOON.tzinfo is UTC
