"""Sequences held as compressed JSON: for what is drawn once in a while and computed with never.

A tree's crown of twelve corners takes 1.7 kB as values and 0.1 kB like this. In a district of
700 compounds that is the difference of 250 MB in every process that reads it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

import msgspec

Item = TypeVar("Item")
_LEVEL = 1


class PackedSequence(Sequence[Item], Generic[Item]):
    """An immutable sequence that is unfolded anew each time it is read; equal to its tuple."""

    __slots__ = ("_item", "_packed", "_size")

    def __init__(self, content: bytes | memoryview, item: type[Item]) -> None:
        """``content`` is the JSON of an array of such items; it is read later, or never."""
        self._item = item
        self._size = len(msgspec.json.decode(content, type=list[msgspec.Raw]))
        self._packed = zlib.compress(content, _LEVEL)

    def unfold(self) -> tuple[Item, ...]:
        """The items: 50 ms for a hundred thousand small ones."""
        read = zlib.decompress(self._packed)
        return msgspec.json.decode(read, type=tuple[self._item, ...])  # type: ignore[name-defined]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Item]:
        return iter(self.unfold() if self._size else ())

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        return self.unfold()[index]

    def __eq__(self, other: object) -> bool:
        return (
            tuple(self) == tuple(other)
            if isinstance(other, tuple | PackedSequence)
            else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self.unfold())
