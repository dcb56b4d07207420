"""Entries as parallel lists: merged by id, cut, and read from what the server sends."""

from __future__ import annotations

from feeds.streams.batches import (
    Batch,
    Position,
    StreamPart,
    milliseconds,
    order,
    part_from_entries,
    through,
)


def test_ids_are_ordered_by_number_not_by_letter() -> None:
    assert order("5-10") > order(b"5-9") > order("5")
    assert milliseconds(b"1795312800123-4") == 1795312800123


def test_a_batch_merges_its_two_streams_by_id() -> None:
    telemetry = StreamPart([b"5-9", b"5-10", b"7-0"], [b"a", b"b", b"d"])
    operations = StreamPart([b"6-0"], [b"c"])
    batch = Batch(telemetry, operations, Position("7-0", "6-0"))
    assert batch.ids == ["5-9", "5-10", "6-0", "7-0"]
    assert batch.payloads == [b"a", b"b", b"c", b"d"]
    assert batch.kinds == ["telemetry", "telemetry", "operations", "telemetry"]
    assert (len(batch), batch.received_ms) == (4, 7)


def test_an_empty_batch_was_never_received() -> None:
    batch = Batch(StreamPart([], []), StreamPart([], []), Position())
    assert (len(batch), batch.received_ms, batch.ids) == (0, None, [])


def test_a_part_is_cut_after_an_entry() -> None:
    part = StreamPart([b"5-9", b"5-10", b"7-0"], [b"a", b"b", b"c"])
    assert [through(part, limit) for limit in ((5, 8), (5, 9), (5, 10), (9, 0))] == [0, 1, 2, 3]
    before, rest = part.cut(2)
    assert (before.payloads, rest.payloads) == ([b"a", b"b"], [b"c"])


def test_an_entry_of_other_fields_becomes_json_that_no_event_is() -> None:
    entries = [
        [b"1-0", [b"e", b"{}"]],
        [b"2-0", [b"x", b"\xff"]],
        [b"3-0", [b"x", b"1", b"e", b"!"]],
    ]
    assert part_from_entries(entries).payloads == [b"{}", '["x","�"]'.encode(), b"!"]
