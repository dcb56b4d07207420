"""What the demo finds on its first run: a street, a city, or a city of Putuo's size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geodata import city, city_scale, demo, store
from twin.model import Compound, District

Made = tuple[District | None, Sequence[Compound]]

CITIES: dict[str, Callable[[int], Made]] = {
    "street": lambda seed: (None, demo.build(seed)),
    "city": city.city,
    "scale": city_scale.scale_city,
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
    for compound in compounds:
        if not (folder / f"{compound.id}.json").exists():
            store.save(folder, compound)
    if district is not None:
        store.save_district(folder, district)
