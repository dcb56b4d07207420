"""What the demo finds on its first run: a street, a city, or a city of Putuo's size."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from geodata import store
from twin.clock import CHINA
from twin.places.model import Compound, District

Made = tuple[District | None, Sequence[Compound]]


def _builder(name: str) -> Callable[[int], Any]:
    """A builder by module and name, imported when it builds: later starts do without."""

    def build(seed: int) -> Any:
        module, _, function = name.partition(":")
        return getattr(import_module(module), function)(seed)

    return build


CITIES: dict[str, Callable[[int], Made]] = {
    "street": lambda seed: (None, _builder("geodata.demo.street:build_street")(seed)),
    "city": _builder("geodata.demo.city.city:city"),
    "scale": _builder("geodata.demo.city.scale:scale_city"),
}
"""The values of ``DAYUAN_CITY``."""


def prepare(folder: Path, wanted: str, seed: int) -> None:
    """Build what is ``wanted`` into a folder, unless it holds such a thing already.

    Compounds that lie there stay as they are, those brought in by ``import`` among them. A city's
    district is written last, so that a start that was broken off begins again.
    """
    sign = "*.json" if wanted == "street" else f"*{store.DISTRICT}"
    if any(folder.glob(sign)):
        return
    print(f"Building the demo {wanted} ...", flush=True)
    district, compounds = CITIES[wanted](seed)
    today = datetime.now(CHINA).date()
    for compound in compounds:
        if not (folder / f"{compound.id}.json").exists():
            store.save(folder, _surveyed(compound, today, seed))
    if district is not None:
        store.save_district(folder, district)


def _surveyed(compound: Compound, today: date, seed: int) -> Compound:
    """A compound with a day of survey: one of six was not looked at for more than a year."""
    rng = random.Random(f"surveyed {compound.id} {seed}")
    days = rng.randrange(380, 800) if rng.random() < 1 / 6 else rng.randrange(5, 300)
    return msgspec.structs.replace(compound, surveyed=today - timedelta(days=days))
