"""The report of an import as a page without scripts, in the language of its reader.

It opens from a folder as well as from a server.
"""

from __future__ import annotations

from collections.abc import Iterable

from geodata.importing.report.report import MOST_SHOWN, Report, said
from geodata.importing.report.sentences import say
from geodata.importing.report.text import text

_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1b2733}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;
border-bottom:1px solid #d5dde5;vertical-align:top}.stop{color:#b3122b;font-weight:600}
svg{width:100%;height:auto;max-height:80vh;background:#f3f6f9}h2{margin-top:2rem}"""
_COLUMNS = ("title", "feature", "words", "place")


def html(report: Report, lang: str) -> str:
    """The whole page: sources, what differs, a map of the faults and the faults, what was made."""

    def head(name: str, **values: object) -> str:
        return f"<h2>{text(say(name, **values).said(lang))}</h2>"

    title = text(say("report_title", name=report.name).said(lang))
    notes = [f"{file}: {note.said(lang)}" for file, note in report.notes()]
    fits = [words.said(lang) for words in report.fit()]
    kinds = ", ".join(f"{count} {text(words)}" for _, words, count in report.kinds(lang))
    counts = "".join(
        f"<tr><td>{text(part)}</td><td>{count}</td></tr>" for part, count in report.made(lang)
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1><p>{text(report.territory)}</p>"
        f"<p><strong>{text(report.outcome.said(lang))}</strong></p>{head('head_sources')}"
        f"{_list([words.said(lang) for words in report.read()])}{_list(notes)}"
        f"{head('head_fits') + _list(fits) if fits else ''}{_difference(report, lang)}"
        f"{head('head_faults', fatal=len(report.fatal), warnings=len(report.warnings))}"
        f"<p>{kinds}</p>{report.map(lang)}{_faults(report, lang)}"
        f"{head('head_made') if counts else ''}<table>{counts}</table></html>"
    )


def _list(lines: Iterable[str]) -> str:
    rows = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<ul>{rows}</ul>" if rows else ""


def _difference(report: Report, lang: str) -> str:
    if report.difference is None:
        return ""
    lines = report.difference.lines() or [say("unchanged")]
    title = text(say("head_differs").said(lang))
    return f"<h2>{title}</h2>{_list([words.said(lang) for words in lines])}"


def _faults(report: Report, lang: str) -> str:
    names = ("head_kind", "head_feature", "head_words", "head_place")
    heads = "".join(f"<th>{text(say(name).said(lang))}</th>" for name in names)
    rows = ""
    for number, fault in enumerate(report.faults[:MOST_SHOWN], start=1):
        told = said(fault, lang)
        cells = "".join(f"<td>{text(told[name])}</td>" for name in _COLUMNS)
        rows += f"<tr{' class=stop' if told['stops'] else ''}><td>{number}</td>{cells}</tr>"
    if len(report.faults) > MOST_SHOWN:
        more = say("rest_in_geojson", count=len(report.faults) - MOST_SHOWN).said(lang)
        rows += f'<tr><td colspan="5">{text(more)}</td></tr>'
    return f"<table><tr><th>#</th>{heads}</tr>{rows}</table>" if rows else ""
