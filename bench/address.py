"""address: addresses taken apart per second, against the least one and against one bare pattern.

The texts are the test table's (``addresses.csv``), half of them ugly. The peer takes
only well-formed ones, 小区 幢 单元 室, with a single regular expression and nothing else. The
geocoder is measured beside it, over a district of 42 compounds.
"""

from __future__ import annotations

import csv
import re
import statistics
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import process_time

from bench.catalogue import CATALOGUE
from bench.street import PER_COMPOUND, street
from bench.table import Row, at_least, at_most
from twin.addresses.gazetteer import Gazetteer
from twin.addresses.language import Language
from twin.addresses.parser import parse

TEXTS = Path(__file__).parent.parent / "tests" / "twin" / "addresses" / "addresses.csv"
LEAST_PER_S, ROUNDS, SECONDS = 20_000, 5, 0.6
COMPOUNDS = 42
RESOLVE_MS = 20.0
"""What may be computed on an event loop at most; the web role does it in a thread all the same."""
PLAIN = re.compile(
    "(?P<compound>.*?)(?P<building>[0-9]+)幢(?:(?P<unit>[0-9]+)单元)?(?P<room>[0-9]+)?"
)


def bare(text: str) -> dict[str, str | None] | None:
    """What a single pattern makes of an address."""
    found = PLAIN.match(text)
    return found.groupdict() if found else None


def rate(work: Callable[[str], object], texts: Sequence[str], seconds: float) -> float:
    """Texts a CPU second."""
    done, start = 0, process_time()
    while (spent := process_time() - start) < seconds:
        for text in texts:
            work(text)
        done += len(texts)
    return done / spent


def run(smoke: bool = False) -> list[Row]:
    """The figure's rows."""
    with TEXTS.open(encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    rounds, seconds = (1, 0.02) if smoke else (ROUNDS, SECONDS)
    language = Language(CATALOGUE)
    read = partial(parse, language=language)
    mine = statistics.median(rate(read, texts, seconds) for _ in range(rounds))
    peer = statistics.median(rate(bare, texts, seconds) for _ in range(rounds))
    gazetteer = Gazetteer(street(PER_COMPOUND * (1 if smoke else COMPOUNDS)), language)
    gazetteer.prepare()
    found = sorted(_ms(gazetteer, text) for text in (texts[:5] if smoke else texts))
    what = f"{len(texts)} texts of the table"
    return [
        at_least(1.0, figure="address", case=f"parsed, {what}", value=mine, peer=LEAST_PER_S,
                 unit="addresses/CPU s", against="addresses/s wanted"),
        Row(figure="address", case="one bare pattern, well-formed texts only", value=peer,
            unit="addresses/CPU s", peer=mine, against="by the parser", ratio=peer / mine),
        at_most(RESOLVE_MS, figure="address", unit="CPU ms", value=found[int(len(found) * 0.95)],
                case=f"resolved, {len(gazetteer.sites)} compounds, p95"),
    ]  # fmt: skip


def _ms(gazetteer: Gazetteer, text: str) -> float:
    start = process_time()
    gazetteer.resolve(text)
    return (process_time() - start) * 1e3
