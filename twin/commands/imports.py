"""What is asked of the files of an import, and what is said of one that was begun."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType


class ImportWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to become of files: a compound of a name and territory, as a trial or for good.

    ``crs`` names the systems of coordinates, ``mapping`` the columns of device lists, ``shift``
    metres east and north, ``known`` what no file says.
    """

    name: str
    territory: str
    crs: list[str] = []
    mapping: dict[str, Any] | None = None
    shift: tuple[float, float] = (0.0, 0.0)
    dry_run: bool = True
    bare: bool = False
    known: dict[str, str] = {}


class ImportStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is: new, running, done or failed, which share, and words by language.

    Of one that ended without a word, ``said`` is what the system or a library printed last.
    """

    state: str = "new"
    share: float = 0.0
    words: dict[str, str] = {}
    said: str | UnsetType = UNSET


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """An import in one language: its files, its status and, at its end, the report."""

    id: str
    files: list[str]
    territory: str
    state: str
    share: float
    words: str
    said: str | UnsetType = UNSET
    report: object = None
