"""``app.py export``: what ``/ogc/export`` gives, to the person at the command line.

The streams are followed until all that stands in them is known, so live collections are as a
screen would show them at this moment.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from layers.sharing.catalogue import offered
from layers.sharing.collection import Asker, World
from layers.sharing.index import CollectionCache
from layers.sharing.query import BadQuery
from pages.ogc.export import ExportRequest, Pack, read, write
from twin.errors import DayuanError
from twin.places.model import District
from twin.state.twin import Twin

CATCH_UP_S = 60.0
"""How long the streams of a district may take to be read."""


class NotExported(DayuanError):
    """An export that cannot be made as asked; the message says why."""


class Backing(Protocol):
    """What lies behind an export; ``feeds.backing.Backing``."""

    @property
    def twins(self) -> Mapping[str, Twin]:
        """The streets, by name."""

    async def follow(self, use: Callable[..., None], anew: Callable[[], None]) -> None:
        """Fold every street's streams for ever."""

    async def current(self) -> None:
        """Return once all that stood in the streams at the start has been folded."""

    async def exported(self, name: str, prefixes: Sequence[str], detail: str) -> None:
        """Record that somebody takes something away."""

    async def pack(self, folder: Path, target: Path) -> bool:
        """Make a folder's collections a GeoPackage."""


def _unseen(*changed: object) -> None:
    """Nobody looks on while streams are read."""


async def carry_out(
    asked: argparse.Namespace,
    backing: Backing,
    by: str,
    districts: Sequence[District],
) -> str:
    """Write the file; gives the words to print. Raises NotExported, and BadQuery for its words."""
    target = Path(asked.output).absolute()
    world = World(tuple(backing.twins.values()), districts)
    wish = _wish(asked, world)
    _check(target, wish)
    following = asyncio.create_task(backing.follow(_unseen, _unseen))
    try:
        async with asyncio.timeout(CATCH_UP_S):
            await backing.current()
        await backing.exported(by, wish.asker.prefixes, wish.words)
        await _write(world, wish, target, backing.pack)
    except TimeoutError as exc:
        raise NotExported(f"the streams were not read within {CATCH_UP_S:.0f} s") from exc
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    return f"{target}: {wish.words}"


async def _write(world: World, wish: ExportRequest, target: Path, pack: Pack) -> None:
    """The whole file, or none."""
    made = False
    try:
        with tempfile.TemporaryDirectory(prefix="dayuan-export-") as folder:
            made = await write(CollectionCache(world), wish, Path(folder), target, pack)
    finally:
        if not made:
            target.unlink(missing_ok=True)
    if not made:
        raise NotExported(f"{target}: the file could not be made")


def _wish(asked: argparse.Namespace, world: World) -> ExportRequest:
    asker = Asker(tuple(asked.territory), asked.role == "viewer", asked.role)
    streets = [twin.street for twin in world.twins]
    for path in asker.prefixes:
        if not any(Asker((path,), True, "").sees_part(street) for street in streets):
            raise BadQuery("--territory", path, f"here are {', '.join(streets) or 'no places'}")
    found = [one for one in offered(asker) if world.districts or one.id != "divisions"]
    given = {"format": asked.form, "collections": asked.collections, "reason": asked.reason}
    return read([(name, value) for name, value in given.items() if value], asker, found)


def _check(target: Path, wish: ExportRequest) -> None:
    """Refuse what would fail after minutes, or overwrite something."""
    if target.exists():
        raise NotExported(f"{target} exists already")
    if not target.parent.is_dir():
        raise NotExported(f"{target.parent} is no folder")
    suffixes = {"gpkg": (".gpkg",), "geojson": (".zip", ".geojson", ".json")}[wish.form]
    if target.suffix not in suffixes:
        raise NotExported(f"{target.name}: a name ending in {' or '.join(suffixes)} is needed")
    if wish.form == "geojson" and target.suffix != ".zip" and len(wish.collections) > 1:
        raise NotExported(f"{target.name}: several collections need a name ending in .zip")
