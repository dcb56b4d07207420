"""A browser in a few lines: what ``assets`` does with the frames of the live socket."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from layers.live import frames
from layers.live.groups import Frame


class LiveModel:
    """Holds what a screen would show; ``gaps`` counts frames that did not follow the last one."""

    def __init__(self) -> None:
        self.seq: int | None = None
        self.epoch: str | None = None
        self.compounds: list[dict[str, Any]] = []
        self.devices: dict[int, tuple[float, int]] = {}
        self.things: dict[str, dict[str, Any]] = {}
        self.panels: dict[str, Any] = {}
        self.gaps = 0
        self.kinds: list[str] = []
        self.denials: list[str] = []
        self.pongs: list[dict[str, float]] = []

    def take(self, message: Mapping[str, Any]) -> None:
        if message["type"] != "websocket.send":
            return
        if "bytes" in message:
            self._binary(message["bytes"])
        else:
            self._text(json.loads(message["text"]))

    def take_all(self, fresh: Sequence[Frame]) -> None:
        for frame in fresh:
            self.take(frame.message)

    def shown(self) -> dict[str, Any]:
        """Everything a person could see."""
        return {
            "compounds": self.compounds,
            "devices": {i: (repr(value), state) for i, (value, state) in self.devices.items()},
            "things": {sort: some for sort, some in self.things.items() if some},
            "panels": dict(self.panels),
        }

    def _follows(self, seq: int) -> bool:
        ok = self.seq is not None and seq == self.seq + 1
        self.gaps += not ok
        self.seq = seq
        return ok

    def _text(self, said: dict[str, Any]) -> None:
        self.kinds.append(said["kind"])
        if said["kind"] == "denied":
            self.denials.append(said["reason"])
        elif said["kind"] == "pong":
            self.pongs.append({"sent": said["sent"], "at": said["at"]})
        elif said["kind"] == "snapshot":
            self.seq, self.epoch = said["seq"], said["epoch"]
            self.compounds = said["compounds"]
            self.things, self.panels = said["things"], said["panels"]
            self.devices = {}
        elif self._follows(said["seq"]):
            for sort, some in said.get("things", {}).items():
                for name, thing in some.items():
                    if thing is None:
                        self.things.setdefault(sort, {}).pop(name, None)
                    else:
                        self.things.setdefault(sort, {})[name] = thing
            self.panels |= said.get("panels", {})

    def _binary(self, packed: bytes) -> None:
        frame = frames.unpack(packed)
        self.kinds.append("binary")
        if self._follows(frame.seq):
            assert frame.index.tolist() == sorted(frame.index.tolist())
            each = zip(frame.index, frame.value, frame.state, strict=True)
            self.devices |= {int(i): (float(value), int(state)) for i, value, state in each}
