"""What a data folder has for single districts: ``catalogue/<district>/<table>.toml``."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twin.catalogue import Catalogue
from twin.catalogue.districts import CHANGEABLE, Catalogues, changed
from twin.errors import InvalidCatalogue
from twin.places.territory import is_label

log = logging.getLogger("dayuan.catalogue")


def read_catalogues(folder: Path, common: Catalogue) -> Catalogues:
    """The catalogues of an installation, read now; the common one alone without a folder.

    Raises InvalidCatalogue naming file, row and field of the first thing that cannot be used.
    """
    own = {}
    for district in _visible(folder):
        if not district.is_dir() or not is_label(district.name):
            why = "a folder is needed, named as the first label of a district's territories"
            raise InvalidCatalogue(district.name, "", "", why)
        tables = {file.name.removesuffix(".toml"): _rows(file) for file in _visible(district)}
        own[district.name] = changed(common, district.name, tables)
    return Catalogues(common, own)


def load_catalogues(folder: Path, common: Catalogue) -> Catalogues:
    """As ``read_catalogues``, for a role that goes by them: the log says which versions."""
    found = read_catalogues(folder, common)
    for name, catalogue in (("", common), *found.own.items()):
        log.info("catalogue %s", f"{catalogue.version} {name}".strip())
    return found


def _visible(folder: Path) -> Iterator[Path]:
    """What lies in a folder, but for what editors and systems hide there."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return (path for path in there if not path.name.startswith("."))


def _rows(file: Path) -> dict[str, Any]:
    name = f"{file.parent.name}/{file.name}"
    if file.name not in {f"{table}.toml" for table in CHANGEABLE}:
        tables = ", ".join(f"{table}.toml" for table in CHANGEABLE)
        raise InvalidCatalogue(name, "", "", f"one of {tables} is needed")
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise InvalidCatalogue(name, "", "", f"cannot be read: {exc}") from exc
