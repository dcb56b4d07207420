"""The list of all collections, in the order they are offered."""

from __future__ import annotations

from layers.sharing.collection import Asker, Collection
from layers.sharing.live import LIVE
from layers.sharing.still import STILL

COLLECTIONS: dict[str, Collection] = {one.id: one for one in (*STILL, *LIVE)}


def offered(asker: Asker) -> list[Collection]:
    """The collections an asker may see at all."""
    return [one for one in COLLECTIONS.values() if one.open_to(asker.role)]
