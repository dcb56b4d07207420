"""A GB/T 28181 catalogue: what each of its devices is, and where and whither it looks.

The kind is in digits 11 to 13 of the twenty-digit id. Directions are told in eighths of the
circle, so an azimuth from here is unsure by 22.5°. Only the fields below are read: passwords,
addresses of devices and anything about persons or faces are never looked at.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from geodata.importing.report.sentences import CannotImport, Words, catalogue, say

FIELDS = (
    "DeviceID", "Name", "Parental", "ParentID", "Status", "Longitude", "Latitude", "PTZType",
    "RoomType", "DirectionType", "CivilCode", "Block", "Address",
)  # fmt: skip
DIRECTIONS = {"1": 90.0, "2": 270.0, "3": 180.0, "4": 0.0, "5": 135.0, "6": 45.0, "7": 225.0,
              "8": 315.0}  # fmt: skip
"""DirectionType (GB/T 28181-2022, annex A): 1 east … 8 north-west, as bearings."""
UNSURE_DEG = 22.5
BUILDS = {"1": "dome", "2": "half_dome", "3": "fixed", "4": "remote", "5": "remote_half_dome",
          "6": "panorama", "7": "split"}  # fmt: skip
"""PTZType (annex A): how a camera is built, which becomes its use."""
INDOORS = "2"
"""RoomType 2 is inside."""


class Kind(NamedTuple):
    """What a type code of the standard is here: kind and use, or what it is instead.

    ``entry`` is the name of a sentence, or a type code that has none.
    """

    kind: str
    use: str = ""
    entry: str = ""


KINDS = {
    "121": Kind("camera"),
    "122": Kind("camera"),
    "123": Kind("gate", "vehicle"),
    "124": Kind("gate", "pedestrian"),
    "131": Kind("camera"),
    "132": Kind("camera"),
    "134": Kind("", "", "entry_alarm_input"),
    "137": Kind("", "", "entry_loudspeaker"),
    "141": Kind("gate", "vehicle"),
    "142": Kind("gate", "pedestrian"),
    "143": Kind("", "", "entry_reader"),
    "111": Kind("", "", "entry_recorder"),
    "118": Kind("", "", "entry_recorder"),
    "200": Kind("", "", "entry_platform"),
    "215": Kind("", "", "entry_group"),
    "216": Kind("", "", "entry_organisation"),
}
"""Digits 11–13 of the id (GB/T 28181-2022, annex E)."""
INPUTS = (("烟", "smoke"), ("一键", "call"), ("求助", "call"), ("水位", "water"), ("积水", "water"))
"""An alarm input (134) may be anything; its name says what."""
_PERSONS = re.compile(r"(?i)(person|face|人脸|人员信息)")
_ID = re.compile(r"\d{20}\Z")


def is_catalogue(columns: Iterable[str]) -> bool:
    """Whether the columns of a list are those of a catalogue."""
    found = {column.casefold() for column in columns}
    return "deviceid" in found and bool(found & {"parentid", "civilcode", "directiontype"})


def from_xml(text: str) -> tuple[list[dict[str, str]], list[Words]]:
    """The items of one or more catalogue messages, and what was left out of them.

    Raises CannotImport for what is no catalogue, or declares entities.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise CannotImport(say("declares_type"))
    bare = re.sub(r"<\?xml[^>]*\?>", "", text)
    try:
        root = ET.fromstring(f"<all>{bare}</all>")
    except ET.ParseError as exc:
        raise CannotImport(say("no_xml", said=str(exc))) from exc
    persons = {node.tag for node in root.iter() if _PERSONS.search(str(node.tag))}
    left = [say("about_persons", name=tag) for tag in sorted(map(str, persons))]
    items = [_item(node) for node in root.iter("Item")]
    items = [item for item in items if item.get("DeviceID")]
    if not items:
        raise CannotImport(say("no_catalogue"))
    return items, left


def _item(node: ET.Element) -> dict[str, str]:
    found = {str(part.tag): (part.text or "").strip() for part in node.iter() if part is not node}
    return {name: found[name] for name in FIELDS if found.get(name)}


def row(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item as a row of a device list; ``not_ours`` names what it is instead: see ``entry``."""
    given = {key.casefold(): str(value).strip() for key, value in item.items() if value is not None}
    number, name = given.get("deviceid", ""), given.get("name", "")
    kind = _kind(number, name)
    found: dict[str, Any] = {
        "id": number,
        "name": name or number,
        "kind": kind.kind,
        "use": kind.use,
        "lon": given.get("longitude", ""),
        "lat": given.get("latitude", ""),
        "parent": given.get("parentid", ""),
        "status": given.get("status", "").upper(),
    }
    if not kind.kind:
        found["not_ours"] = kind.entry
    if kind.kind == "camera":
        found["use"] = BUILDS.get(given.get("ptztype", ""), "")
    if given.get("roomtype") == INDOORS:
        found["indoors"] = True
    if (
        kind.kind == "camera"
        and (bearing := DIRECTIONS.get(given.get("directiontype", ""))) is not None
    ):
        found |= {"azimuth_deg": bearing, "azimuth_unsure_deg": UNSURE_DEG}
    return found


def _kind(number: str, name: str) -> Kind:
    if not _ID.match(number):
        return Kind("", "", "entry_division" if len(number) <= 8 else "entry_other_id")
    kind = KINDS.get(number[10:13], Kind("", "", number[10:13]))
    if number[10:13] == "134":
        return next((Kind(found) for word, found in INPUTS if word in name), kind)
    return kind


def entry(name: str) -> Words:
    """What entries are that are none of our devices: by a sentence's name, or a type code."""
    return say(name) if name in catalogue()["says"] else say("entry_other", code=name)


class ParentCycle(NamedTuple):
    """Parents that lead in a circle, from the first of them on."""

    ids: list[str]


def parents(rows: Sequence[Mapping[str, Any]]) -> tuple[list[ParentCycle], dict[str, str]]:
    """Circles of parents, and ids whose parent is not in the list.

    The one parent that stands above a whole export is not missing: it is the platform's own.
    """
    above = {row["id"]: str(row.get("parent", "")).rpartition("/")[2] for row in rows}
    above = {one: "" if up == one else up for one, up in above.items()}  # a root, to some
    missing = {one: up for one, up in above.items() if up and up not in above and _ID.match(up)}
    if len(set(missing.values())) == 1:
        missing = {}
    circles, done = [], set()
    for start in above:
        path: list[str] = []
        here = start
        while here in above and here not in done and here not in path:
            path.append(here)
            here = above[here]
        if here in path:
            circles.append(ParentCycle(path[path.index(here) :]))
        done.update(path)
    return circles, missing
