"""The product, but for one thing: a simulator that was stopped where it stands is left alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import app
from feeds.host.settings import Settings
from feeds.host.supervisor import Role

roles = app._roles


def patient(settings: Settings, doors: Sequence[int] = ()) -> list[Role]:
    """The roles as they are; nobody listens to the simulator's heart."""
    found = roles(settings, doors)
    return [replace(role, beats=role.beats and "feed" not in role.name) for role in found]


if __name__ == "__main__":
    app._roles = patient
    raise SystemExit(app.main(sys.argv[1:], os.environ))
