"""The settings: one table of environment variables, read once at start.

``app.py`` alone hands the environment in; ``docs/reference/settings.md`` is made of the table.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from feeds.access.origins import origins
from feeds.host.setting import Setting, choice, host_names, web_address, whole
from feeds.host.valkey import PORT
from twin.errors import InvalidSetting

_SWITCH = choice(**{"0": False, "1": True, "no": False, "yes": True})
_LEVEL = choice(debug="DEBUG", info="INFO", warning="WARNING", error="ERROR")
SETTINGS: dict[str, Setting] = {
    "data": Setting("DAYUAN_DATA", "./data", Path, "folder of places and of the embedded server"),
    "redis_url": Setting(
        "DAYUAN_REDIS_URL", "", str,
        "Redis 7 or Valkey to use instead of the embedded one: `redis://` `rediss://` `unix://` "
        "`redis+cluster://` `rediss+cluster://`",
    ),
    "valkey_port": Setting(
        "DAYUAN_VALKEY_PORT", str(PORT), whole(1, 65535),
        "port of the embedded server, or the next free one; written to `data/valkey.port`",
    ),
    "host": Setting("DAYUAN_HOST", "127.0.0.1", str, "address to listen on"),
    "port": Setting("DAYUAN_PORT", "8050", whole(1, 65535), "port to listen on"),
    "public_url": Setting(
        "DAYUAN_PUBLIC_URL", "", web_address,
        "address people reach this server by, when a proxy stands before it: links begin with it",
    ),
    "hosts": Setting(
        "DAYUAN_HOSTS", "", host_names,
        "further names this server is asked for by, spaces between; the demo takes none",
    ),
    "demo": Setting("DAYUAN_DEMO", "0", _SWITCH, "1 plays the demo; `make run` sets it"),
    "seed": Setting("DAYUAN_SEED", "1", whole(0, 2**31 - 1), "seed of demo and simulator"),
    "city": Setting(
        "DAYUAN_CITY", "street", choice(street="street", city="city", scale="scale"),
        "what the demo's first run builds: `street` (4 compounds), `city` (42) or `scale` (726)",
    ),
    "rate": Setting("DAYUAN_RATE", "20", whole(1, 20_000), "simulated events a second"),
    "idle_s": Setting(
        "DAYUAN_IDLE_S", "600", whole(60, 12 * 3600), "seconds until an idle console logs out"
    ),
    "stream_origins": Setting(
        "DAYUAN_STREAM_ORIGINS", "", origins, "origins of camera pictures, spaces between"
    ),
    "basemap": Setting("DAYUAN_BASEMAP", "", str, "file that names a basemap; none unless given"),
    "log_level": Setting("DAYUAN_LOG", "info", _LEVEL, "debug, info, warning or error"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment asks for; ``docs/reference/settings.md`` explains each."""

    data: Path
    redis_url: str
    valkey_port: int
    host: str
    port: int
    public_url: str
    hosts: tuple[str, ...]
    demo: bool
    seed: int
    city: str
    rate: int
    idle_s: int
    stream_origins: tuple[str, ...]
    basemap: str
    log_level: str

    @property
    def places(self) -> Path:
        """The folder of compounds, one file each."""
        return self.data / "places"

    @property
    def catalogues(self) -> Path:
        """The folder of what single districts have otherwise, a folder each; mostly none."""
        return self.data / "catalogue"

    @property
    def server_folder(self) -> Path:
        """The embedded server's files; its port stands beside it, in ``valkey.port``."""
        return self.data / "valkey"

    @property
    def address(self) -> str:
        """What to type into a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    @property
    def names(self) -> tuple[str, ...]:
        """The names people and programs may ask for, beside loopback and plain addresses."""
        public = urlsplit(self.public_url).hostname
        return tuple(name for name in (public, self.host, *self.hosts) if name)

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine can reach us."""
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings an environment asks for.

    Raises InvalidSetting naming the variable and its value; a ``DAYUAN_`` variable that does not
    exist is one too, for it is a typing error.
    """
    known = {setting.variable for setting in SETTINGS.values()}
    for variable in sorted(environ):
        if variable.startswith("DAYUAN_") and variable not in known:
            raise InvalidSetting(variable, environ[variable], "there is no such setting")
    values = {}
    for name, setting in SETTINGS.items():
        value = environ.get(setting.variable, "") or setting.default
        try:
            values[name] = setting.parse(value)
        except ValueError as exc:
            raise InvalidSetting(setting.variable, value, str(exc)) from exc
    settings = Settings(**values)
    if settings.demo and not settings.loopback:
        reason = "the demo lets anybody in, so it listens on loopback only"
        raise InvalidSetting("DAYUAN_HOST", settings.host, reason)
    return settings
