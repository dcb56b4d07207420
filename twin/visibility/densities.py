"""What a picture of so many pixels a metre shows of a person, by edition of IEC 62676-4.

Constants of a standard, as the sizes of sensors are: no place, street or district has others, so
they are no rows of a ``Catalogue``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Level(msgspec.Struct, frozen=True):
    """One level of an edition: from how many pixels a metre, and its names."""

    px_m: float
    label: str
    en: str


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """The levels of one edition of IEC 62676-4, the coarsest first.

    ``identifying`` is the level from which a stranger can be recognised beyond doubt, so that homes
    must be masked there.
    """

    title: str
    source: str
    identifying: str
    levels: dict[str, Level]

    @property
    def identifying_px_m(self) -> float:
        """Pixels a metre from which a stranger can be told from all others."""
        return self.levels[self.identifying].px_m


EDITIONS: Mapping[str, Edition] = MappingProxyType(
    {
        "2014": Edition(
            title="IEC 62676-4:2014",
            source="IEC 62676-4:2014, DORI; as quoted by manufacturers' guides",
            identifying="identify",
            levels={
                "monitor": Level(12.5, "监控", "monitor"),
                "detect": Level(25.0, "探测", "detect"),
                "observe": Level(62.5, "观察", "observe"),
                "recognise": Level(125.0, "识认", "recognise"),
                "identify": Level(250.0, "辨识", "identify"),
            },
        ),
        "2025": Edition(
            title="IEC 62676-4:2025",
            source="IEC 62676-4:2025, which replaces DORI by seven levels",
            identifying="characterise",
            levels={
                "overview": Level(20.0, "概览", "overview"),
                "outline": Level(40.0, "轮廓", "outline"),
                "discern": Level(80.0, "分辨", "discern"),
                "perceive": Level(125.0, "察看", "perceive"),
                "characterise": Level(250.0, "辨识", "characterise"),
                "validate": Level(500.0, "核验", "validate"),
                "scrutinise": Level(1500.0, "细察", "scrutinise"),
            },
        ),
    }
)
"""The editions by year."""

IDENTIFYING_PX_M = min(edition.identifying_px_m for edition in EDITIONS.values())
"""The density that calls for a mask before homes: the lowest of the editions, 250 px/m."""
