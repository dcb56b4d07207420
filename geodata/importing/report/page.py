"""The report of an import as a page without scripts, in the language of its reader.

It opens from a folder as well as from a server.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from geodata.importing.readers.encodings import printable
from geodata.importing.report.report import MOST_SHOWN, Report, said
from geodata.importing.report.sentences import say


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("report.html")


def _shown(value: object) -> object:
    """A value of a file on its way into the page: letters that nothing can show are marked."""
    return value if isinstance(value, Markup) else printable(str(value))


def html(report: Report, lang: str) -> str:
    """The whole page: sources, what differs, a map of the faults and the faults, what was made."""

    def sentence(row: str, /, **values: object) -> str:
        return say(row, **values).said(lang)

    differs = report.difference.lines() or [say("unchanged")] if report.difference else []
    return _template().render(
        report=report,
        lang=lang,
        say=sentence,
        sources=[words.said(lang) for words in report.read()],
        notes=[f"{file}: {note.said(lang)}" for file, note in report.notes()],
        fits=[words.said(lang) for words in report.fit()],
        differs=[words.said(lang) for words in differs],
        faults=[said(fault, lang) for fault in report.faults[:MOST_SHOWN]],
        rest=max(len(report.faults) - MOST_SHOWN, 0),
    )
