"""How many files and connections this process and its children may hold open."""

from __future__ import annotations

import resource
from contextlib import suppress

WANTED = 65_536


def raise_limit() -> int:
    """Raise the limit as far as the system lets us, up to WANTED; what it is now.

    Shells give 256 or 1,024, which a few hundred screens use up.
    """
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if most == resource.RLIM_INFINITY else min(WANTED, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with suppress(ValueError, OSError):  # some systems have a bound of their own below ``most``
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
