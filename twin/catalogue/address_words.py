"""The rows of ``address.toml`` and ``pinyin.tsv``: words of addresses, and how characters sound."""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

import msgspec


class AddressWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of ``address.toml``; the file's head explains each field."""

    noise: tuple[str, ...]
    relations: tuple[str, ...]
    at_end: tuple[str, ...]
    devices: dict[str, tuple[str, ...]]
    services: dict[str, tuple[str, ...]]
    typos: dict[str, str]
    typos_behind_number: dict[str, str]


class Sound(NamedTuple):
    """A row of ``pinyin.tsv``: the characters read so, as usual and as some of them may be."""

    syllable: str
    usual: str
    further: str


def read_sounds() -> tuple[Sound, ...]:
    """The rows of ``pinyin.tsv``, read now: for ``twin.catalogue.load`` alone.

    Raises TypeError for a line that does not have three columns.
    """
    text = resources.files(__package__).joinpath("pinyin.tsv").read_text("utf-8")
    return tuple(Sound(*line.split("\t")) for line in text.splitlines())
