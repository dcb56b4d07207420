"""Lists of devices: CSV, sheets and catalogues to rows of one shape, by a saved mapping.

A mapping says which column holds what, and which word means which kind; what it leaves out is
found by the usual names. It is JSON: ``{"columns": {"id": "设备编码"}, "kinds": {"球机": "camera"},
"crs": "GCJ02"}``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import shapely

from geodata.importing.readers import gb28181
from geodata.importing.readers.features import LayerTable
from geodata.importing.readers.references import Stated, stated
from geodata.importing.report.sentences import CannotImport, Words, say
from twin.catalogue import DeviceKinds

COLUMNS: dict[str, tuple[str, ...]] = {
    "id": (
        "id",
        "编号",
        "设备编号",
        "设备编码",
        "国标编码",
        "deviceid",
        "device_id",
        "sn",
        "标识码",
    ),
    "kind": ("kind", "类型", "设备类型", "类别", "设备类别", "type", "小类"),
    "name": ("name", "名称", "设备名称", "点位名称", "安装位置"),
    "lon": ("lon", "lng", "longitude", "经度", "x"),
    "lat": ("lat", "latitude", "纬度", "y"),
    "height_m": ("height_m", "height", "安装高度", "高度", "架设高度"),
    "azimuth_deg": ("azimuth_deg", "azimuth", "方位角", "朝向"),
    "tilt_deg": ("tilt_deg", "tilt", "俯仰角"),
    "hfov_deg": ("hfov_deg", "hfov", "视场角", "水平视场角"),
    "range_m": ("range_m", "range", "可视距离", "监控距离"),
    "building": ("building", "楼栋", "楼号", "幢", "栋"),
    "unit": ("unit", "单元"),
    "floor": ("floor", "楼层", "层"),
    "room": ("room", "房号", "室"),
    "use": ("use", "用途"),
    "stream": ("stream", "取流地址", "视频地址"),
    "stream_kind": ("stream_kind", "取流方式"),
    "parent": ("parent", "parentid", "上级编号"),
}
"""Fields of a row, and what their columns are usually called."""
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "camera": ("摄像", "球机", "枪机", "半球", "监控", "ipc", "探头"),
    "gate": ("门禁", "道闸", "大门", "智能门", "车闸", "人闸"),
    "lift": ("电梯",),
    "lamp": ("路灯", "灯杆"),
    "manhole": ("井盖", "窨井"),
    "smoke": ("烟感", "烟雾"),
    "water": ("水位", "液位", "积水"),
    "noise": ("噪声", "噪音"),
    "call": ("一键", "呼叫", "求助"),
    "power": ("配电", "电箱", "用电"),
    "waste": ("垃圾",),
    "charger": ("充电",),
}
"""Words in a column of kinds, or in a name, that tell the kind."""
PERSONAL = ("人脸", "face", "身份证", "idcard", "姓名", "person", "民族", "手机")
"""Columns about persons: they are left out, and the report says so."""
_TURNS = {"东": 90.0, "南": 180.0, "西": 270.0, "北": 0.0, "东南": 135.0, "东北": 45.0,
          "西南": 225.0, "西北": 315.0}  # fmt: skip
ROLE = "device"


class ColumnMapping(msgspec.Struct, forbid_unknown_fields=True):
    """Which column holds what, which word means which kind, and the list's reference."""

    columns: dict[str, str] = {}
    kinds: dict[str, str] = {}
    crs: str = ""


def load(path: Path) -> ColumnMapping:
    """A saved mapping. Raises CannotImport for one with fields or kinds that do not exist."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=ColumnMapping)
    except (OSError, ValueError, RecursionError) as exc:
        raise CannotImport(say("no_mapping", said=str(exc))) from exc
    for name, given, known in (
        ("no_field", found.columns, COLUMNS),
        ("no_kind_called", found.kinds.values(), KIND_WORDS),
    ):
        if strange := set(given) - set(known):
            raise CannotImport(
                say(name, strange=", ".join(sorted(strange)), known=", ".join(known))
            )
    return found


def is_list(columns: Sequence[str], mapping: ColumnMapping) -> bool:
    """Whether columns are those of a device list: an id or name, and a position or a building."""
    found = _chosen(columns, mapping)
    placed = {"lon", "lat"} <= set(found) or "building" in found
    return placed and bool({"id", "name"} & set(found))


def from_csv(text: str, mapping: ColumnMapping, kinds: DeviceKinds) -> LayerTable:
    """A table of a CSV text, whatever separates its columns.

    Raises CannotImport when its columns are not those of a device list.
    """
    first = text.partition("\n")[0]
    mark = max(",;\t|", key=first.count)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=mark, restkey="…", restval=""))
    return table(
        [{k.strip(): v for k, v in row.items() if k and k != "…"} for row in rows], mapping, kinds
    )


def table(
    rows: list[dict[str, Any]],
    mapping: ColumnMapping,
    kinds: DeviceKinds,
    notes: Sequence[Words] = (),
) -> LayerTable:
    """Rows of a list or catalogue as a table of points; raises Refused as ``from_csv``."""
    columns = list(rows[0]) if rows else []
    if gb28181.is_catalogue(columns):
        found = [gb28181.row(row) for row in rows]
    elif is_list(columns, mapping):
        chosen = _chosen(columns, mapping)
        found = [_row(row, chosen, mapping, kinds) for row in rows]
    else:
        fields = ", ".join(
            f"{name} ({'/'.join(COLUMNS[name][:3])})" for name in ("id", "lon", "lat")
        )
        raise CannotImport(say("no_columns", fields=fields))
    left = [*notes, *(say("about_persons", name=name) for name in _personal(columns))]
    return LayerTable(_says(mapping), [_point(row) for row in found], found, role=ROLE, notes=left)


def _says(mapping: ColumnMapping) -> Stated | None:
    if not mapping.crs:
        return None
    says = stated(mapping.crs)
    return Stated(says.system, say("in_mapping", text=mapping.crs), False)


def _personal(columns: Sequence[str]) -> list[str]:
    return [name for name in columns if any(word in name.casefold() for word in PERSONAL)]


def _chosen(columns: Sequence[str], mapping: ColumnMapping) -> dict[str, str]:
    """The column of each field that has one."""
    folded = {column.casefold().strip(): column for column in columns}
    found = {}
    for field, usual in COLUMNS.items():
        words = (mapping.columns[field],) if field in mapping.columns else usual
        column = next((folded[w.casefold()] for w in words if w.casefold() in folded), None)
        if column is not None:
            found[field] = column
    return found


def _row(
    row: Mapping[str, Any], chosen: Mapping[str, str], mapping: ColumnMapping, kinds: DeviceKinds
) -> dict[str, Any]:
    given = {field: row.get(column) for field, column in chosen.items()}
    found = {field: str(v).strip() for field, v in given.items() if v not in (None, "")}
    found["kind"] = kind_of(found.get("kind", ""), found.get("name", ""), mapping, kinds)
    if found.get("azimuth_deg", "") in _TURNS:
        found["azimuth_deg"] = str(_TURNS[found["azimuth_deg"]])
        found["azimuth_unsure_deg"] = str(gb28181.UNSURE_DEG)
    return found


def kind_of(said: str, name: str, mapping: ColumnMapping, kinds: DeviceKinds) -> str:
    """Our kind for what a list says, else for words in the name; nothing when neither tells."""
    if said in mapping.kinds:
        return mapping.kinds[said]
    if said.casefold() in KIND_WORDS:
        return said.casefold()
    labels = {row.label: kind for kind, row in kinds.items()}
    for text in (said, name):
        for kind, words in KIND_WORDS.items():
            if text and (text in labels or any(word in text.casefold() for word in words)):
                return labels.get(text, kind)
    return ""


def _point(row: Mapping[str, Any]) -> shapely.Point | None:
    """Where a row says it is; 0, 0 is what programs write that do not know."""
    lon, lat = figure(row.get("lon")), figure(row.get("lat"))
    if lon is None or lat is None or (lon == 0.0 and lat == 0.0):
        return None
    return shapely.Point(lon, lat)


def figure(value: object) -> float | None:
    """A finite number, or None."""
    try:
        found = float(str(value).strip().rstrip("°米m"))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
