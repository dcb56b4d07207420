from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from layers.search.index import KEPT_VIEWS, Naming, SearchIndex
from tests.support.builders.layers import COMMUNITY, STREET, a_compound, ring
from tests.support.catalogues import CATALOGUE, LANGUAGE
from twin.places.model import Area, Compound, Service


def two() -> list[Compound]:
    """Two compounds; the first has a pond and a clinic."""
    first, second = a_compound("huodian"), a_compound("jinyuan", lon=113.2)
    pond = Area(id="huodian/a1", kind="water", name="翠塘湖", outline=ring(113.1, 27.8))
    clinic = Service(
        id="huodian/clinic/1", kind="clinic", name="长乐诊所", lonlat=(113.1, 27.8),
        territory=f"{first.territory}.g2",
    )  # fmt: skip
    return [msgspec.structs.replace(first, areas=(pond,), services=(clinic,)), second]


def found(
    *words: str,
    prefixes: Sequence[str] = (STREET,),
    here: str = "",
    limit: int = 50,
    masked: bool = False,
) -> list[str]:
    index = SearchIndex(two(), Naming(LANGUAGE, CATALOGUE.devices, masked))
    hits = index.find(words, prefixes, here, limit)
    return [hit.row.id for hit in hits]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (("翠塘",), "huodian/a1"),
        (("cth",), "huodian/a1"),
        (("诊所",), "huodian/clinic/1"),
        (("changle",), "huodian/clinic/1"),
        (("卫生服务站",), "huodian/clinic/1"),
        (("huodian", "烟感"), "huodian/smoke/2"),
        (("jinyuan/gate/2",), "jinyuan/gate/2"),
        (("jinyuan小区",), "jinyuan"),
    ],
)
def test_what_stands_still_is_found_by_name_sound_kind_compound_and_id(
    words: tuple[str, ...], first: str
) -> None:
    assert found(*words)[0] == first


def test_every_word_must_occur() -> None:
    assert found("翠塘", "烟感") == []


def test_a_compound_comes_before_its_devices_and_the_one_on_screen_before_others() -> None:
    assert found("小区")[:2] == ["huodian", "jinyuan"]
    assert found("小区", here="jinyuan")[0] == "jinyuan"


def test_only_what_the_account_may_see_is_found() -> None:
    grid = f"{COMMUNITY}.huodian.g1"
    assert "huodian/clinic/1" not in found("诊所", prefixes=(grid,))
    assert found("翠塘湖", prefixes=(grid,)) == ["huodian/a1"]  # its ground is drawn for them, too
    assert found("小区", prefixes=(grid,))[0] == "huodian"
    assert all(name.startswith("huodian") for name in found("1", prefixes=(grid,)))


def test_no_more_is_given_than_asked_for() -> None:
    assert len(found("小区", limit=3)) == 3


def test_views_of_many_accounts_do_not_pile_up() -> None:
    index = SearchIndex(two(), Naming(LANGUAGE, CATALOGUE.devices, False))
    for number in range(KEPT_VIEWS + 5):
        index.find(["翠塘"], (STREET, f"x{number}"), "", 5)
    assert len(index._views) == KEPT_VIEWS


def test_the_masked_do_not_find_rooms() -> None:
    assert found("3幢1单元102call") != []
    assert found("3幢1单元102", masked=True) == []
