"""How a candidate is written in the table of address texts (``addresses.csv``)."""

from __future__ import annotations

from twin.addresses.candidates import Candidate


def label(one: Candidate) -> str:
    """Its id, then unit, floor and room as far as known: ``huodian/b3:1.3.302``."""
    inside = ".".join(str(part) if part else "" for part in (one.unit, one.floor, one.room))
    return f"{one.id}:{inside}".rstrip(".").rstrip(":")
