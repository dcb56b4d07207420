"""GeoPackages are made by a process of its own: GDAL takes 90 MB and half a second to import."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from feeds.host.children import end_child, start_child

PACKER = Path(__file__).resolve().parents[2] / "geodata" / "export.py"
WITHIN_S = 300.0
"""A street of 100,000 devices takes some twenty seconds."""


async def pack(folder: Path, target: Path) -> bool:
    """Make the collections in a folder one GeoPackage; whether it worked.

    What went wrong stands on the process's standard error, which is ours.
    """
    # -P: the room's own modules must not stand before the packages of others.
    argv = (sys.executable, "-P", str(PACKER), str(folder), str(target))
    child = await start_child(argv, last_signal=signal.SIGKILL)
    try:
        async with asyncio.timeout(WITHIN_S):
            return await child.wait() == 0
    except TimeoutError:
        return False
    finally:
        if child.returncode is None:
            await end_child(child, patience_s=1.0)
