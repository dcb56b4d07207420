"""The ground the address texts are about: the demo street's plans, and two compounds made up.

军门社区 counts in 号楼, has a tower A座, two phases with a 3号楼 each, and its community's code,
which nobody has entered for 长塘湾社区.
金园小区 sounds like 金元大厦 and holds what no other compound has: a building without entrances.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from geodata.demo import huodian, jinyuan, nanxing, xiangyuan
from tests.support.catalogues import LANGUAGE
from twin.addresses.gazetteer import Gazetteer
from twin.places.model import Area, Building, Compound, DevicePlace, Entrance, LonLat, Ring, Service

STREET = "lusong.hejiatu"
JUNMEN = "lusong.hejiatu.gulou.junmen"
JINYUAN2 = "lusong.hejiatu.gulou.jinyuan2"


def square(origin: LonLat, column: int, row: int, side: float = 0.0003) -> Ring:
    """A closed ring, south-west corner first."""
    west, south = origin[0] + column * 0.0006, origin[1] + row * 0.0006
    east, north = west + side, south + side
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def a_building(place: str, key: str, name: str, floors: int, units: int, **more: Any) -> Building:
    number = sum(map(ord, key)) % 40
    outline = square((113.16, 27.82), number % 8, number // 8)
    south = outline[0][1]
    doors = tuple(
        Entrance(unit=str(n), lonlat=(outline[0][0] + 0.00005 * n, south))
        for n in range(1, units + 1)
    )
    return Building(
        id=f"{place}/{key}", name=name, outline=outline, height_m=3.0 * floors, floors=floors,
        entrances=doors, **more,
    )  # fmt: skip


def a_thing(place: str, kind: str, number: int, name: str, **more: Any) -> DevicePlace:
    return DevicePlace(
        id=f"{place.rpartition('.')[2]}/{kind}/{number}", kind=kind, name=name,
        lonlat=(113.16 + number / 1e4, 27.82), territory=place, **more,
    )  # fmt: skip


def junmen() -> Compound:
    numbered = [a_building("junmen", f"b{n}", f"{n}号楼", 7, 2) for n in (1, 2, 12, 68, 105)]
    return Compound(
        id="junmen", name="军门社区", name_en="Junmen", territory=JUNMEN, origin=(113.16, 27.82),
        outline=square((113.16, 27.82), 0, 0, 0.006),
        buildings=(
            *numbered,
            a_building("junmen", "p1b3", "一期3号楼", 7, 2),
            a_building("junmen", "p2b3", "二期3号楼", 18, 2),
            a_building("junmen", "tower-a", "A座", 26, 1),
            a_building("junmen", "memory", "红色记忆馆", 2, 1),
        ),
        areas=(Area(id="junmen/a1", kind="plaza", name="和平里广场",
                    outline=square((113.16, 27.82), 3, 3)),),
        services=(
            Service(id="junmen/duty_room/1", kind="duty_room", name="红色记忆馆",
                    lonlat=(113.161, 27.822), territory=JUNMEN, building="junmen/memory"),
            Service(id="junmen/clinic/1", kind="clinic", name="军门卫生服务站",
                    lonlat=(113.161, 27.821), territory=JUNMEN),
            Service(id="junmen/police/1", kind="police", name="军门警务室",
                    lonlat=(113.162, 27.821), territory=JUNMEN),
        ),
        devices=(
            a_thing(JUNMEN, "gate", 1, "东大门"),
            a_thing(JUNMEN, "gate", 2, "1号门"),
            a_thing(JUNMEN, "gate", 3, "2号门"),
            a_thing(JUNMEN, "lamp", 1, "灯杆 LP-031"),
            a_thing(JUNMEN, "lamp", 2, "灯杆 LP-032"),
            a_thing(JUNMEN, "camera", 1, "球机 JM-07"),
            a_thing(JUNMEN, "manhole", 1, "3号井盖"),
        ),
        street_name="贺家土街道", community_name="鼓楼社区", district_name="芦淞区",
        community_code="430203001007",
    )  # fmt: skip


def jinyuan2() -> Compound:
    return Compound(
        id="jinyuan2", name="金园小区", name_en="Jin Garden", territory=JINYUAN2,
        origin=(113.17, 27.82), outline=square((113.17, 27.82), 0, 0, 0.006),
        buildings=(
            a_building("jinyuan2", "b1", "1幢", 6, 2),
            a_building("jinyuan2", "b88", "88幢", 6, 0),
        ),
        devices=(a_thing(JINYUAN2, "gate", 1, "北门"),),
        street_name="贺家土街道", community_name="鼓楼社区", district_name="芦淞区",
    )  # fmt: skip


@cache
def compounds() -> tuple[Compound, ...]:
    drawn = (draw(1).compound() for draw in
             (huodian.plan, jinyuan.plan, nanxing.plan, xiangyuan.plan))  # fmt: skip
    drawn = (msgspec.structs.replace(one, community_code="") for one in drawn)
    return (*drawn, junmen(), jinyuan2())


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer(compounds(), LANGUAGE)
