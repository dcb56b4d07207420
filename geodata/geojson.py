"""A compound as a folder of GeoJSON files that a person can edit, and back, without loss.

``compound.geojson`` holds the outline and what describes the whole; every other file is one
collection of features, in the order of the model. Positions are WGS-84 (CRS84) as RFC 7946 says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from geodata.compound_fields import FIELDS
from geodata.importing.readers.encodings import MARK
from geodata.importing.report.sentences import Words, say
from twin.errors import InvalidPlace
from twin.places import model

WHOLE = "compound"
FORMAT = "dayuan/1"
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


class NotEditable(InvalidPlace):
    """Files that were edited into something else; ``words`` tell each file and feature."""

    def __init__(self, words: list[Words]) -> None:
        self.words = words
        super().__init__([str(one) for one in words])


def write(folder: Path | str, compound: model.Compound) -> list[Path]:
    """Write a compound as editable files into a folder; gives their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    fields = msgspec.to_builtins(compound)
    whole = {key: value for key, value in fields.items() if key not in FIELDS}
    outline = whole.pop("outline")
    paths = [
        _write(folder / f"{WHOLE}.geojson", WHOLE, [_feature("Polygon", outline, whole)]),
    ]
    for name, part in FIELDS.items():
        features = [
            _feature(part.shape, row.pop(part.geometry), row) for row in fields.get(name, ())
        ]
        paths.append(_write(folder / f"{name}.geojson", name, features))
    return paths


def is_editable(folder: Path | str) -> bool:
    """Whether a folder holds files that ``write`` made."""
    try:
        content = _decoded(Path(folder) / f"{WHOLE}.geojson")
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("format") == FORMAT


def _decoded(path: Path) -> Any:
    """A file's JSON, strictly: no NaN, no number beyond a float, no half of a letter."""
    return msgspec.json.decode(path.read_bytes().removeprefix(MARK))


def read(folder: Path | str) -> model.Compound:
    """The compound in a folder of editable files.

    Raises NotEditable naming each file and feature that cannot be read.
    """
    folder = Path(folder)
    faults: list[Words] = []
    whole = _whole(folder, faults)
    for name, part in FIELDS.items():
        if (folder / f"{name}.geojson").exists():
            rows = _rows(folder, name, part.geometry, part.shape, faults)
            whole[name] = _converted(rows, part.row, name, faults)
    if faults:
        raise NotEditable(faults)
    try:
        return msgspec.convert(whole, model.Compound)
    except msgspec.ValidationError as exc:
        raise NotEditable([say("edited_file", file=f"{WHOLE}.geojson", said=str(exc))]) from exc


def _whole(folder: Path, faults: list[Words]) -> dict[str, Any]:
    """The one feature that describes the compound."""
    said = len(faults)
    rows = _rows(folder, WHOLE, "outline", "Polygon", faults)
    if len(rows) == 1:
        return rows[0]
    if len(faults) == said:
        reason = f"{len(rows)} features where one belongs"
        faults.append(say("edited_file", file=f"{WHOLE}.geojson", said=reason))
    return {}


def _feature(shape: str, geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    coordinates = [geometry] if shape == "Polygon" else geometry
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


def _write(path: Path, name: str, features: list[dict[str, Any]]) -> Path:
    """One feature a line, so that a difference between two versions can be read."""
    head = {"type": "FeatureCollection", "format": FORMAT, "name": name, "crs": CRS84}
    lines = [msgspec.json.encode(feature).decode() for feature in features]
    opening = msgspec.json.encode(head).decode().removesuffix("}")
    body = ",\n".join(lines)
    path.write_text(f'{opening},"features":[\n{body}\n]}}\n', "utf-8")
    return path


def _rows(
    folder: Path, name: str, geometry: str, shape: str, faults: list[Words]
) -> list[dict[str, Any]]:
    """Features as rows: their properties and, under the model's name, their geometry."""
    path = folder / f"{name}.geojson"
    try:
        features = _decoded(path)["features"]
        if not isinstance(features, list):
            raise TypeError("its features are no list")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as exc:
        faults.append(say("edited_file", file=path.name, said=str(exc)))
        return []
    rows: list[dict[str, Any]] = []
    for number, feature in enumerate(features, start=1):
        try:
            found = feature["geometry"]
            if found["type"] != shape:
                raise ValueError(f"a {found['type']} where a {shape} belongs")
            coordinates = found["coordinates"]
            if shape == "Polygon":
                (coordinates,) = coordinates
            rows.append({**feature["properties"], geometry: coordinates})
        except (ValueError, KeyError, TypeError) as exc:
            about = {"file": path.name, "number": number, "id": ""}
            faults.append(say("edited_feature", **about, said=str(exc)))
    return rows


def _converted(
    rows: list[dict[str, Any]], row: type[model.Value], name: str, faults: list[Words]
) -> list[model.Value]:
    made = []
    for number, fields in enumerate(rows, start=1):
        try:
            made.append(msgspec.convert(fields, row))
        except msgspec.ValidationError as exc:
            about = {"file": f"{name}.geojson", "number": number, "id": fields.get("id", "")}
            faults.append(say("edited_feature", **about, said=str(exc)))
    return made
