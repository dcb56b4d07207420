"""The tables of the reference pages, made from the catalogues themselves.

``python -m docs.tables`` writes them between the marks ``<!-- table: NAME -->`` and
``<!-- end -->`` of the pages in ``docs/reference``; a test fails when a page is behind.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

import app
from feeds.host.settings import SETTINGS
from layers.rows.layer import switches
from layers.sharing.catalogue import COLLECTIONS
from pages.texts import catalogue
from twin.catalogue import load
from twin.catalogue.conditions import CONDITION_KINDS
from twin.catalogue.districts import CHANGEABLE
from twin.commands.roles import ROLES
from twin.commands.table import CASES, TABLE, CommandRow, may
from twin.events import BY_TYPE, TELEMETRY_TYPES, Event

CATALOGUE = load()
HOUSE = Path(__file__).parent.parent
PAGES = HOUSE / "docs" / "reference"
_MARK = re.compile(r"(<!-- table: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_SHORTCUT = re.compile(r'\{ key: "([^"]+)",( ctrl: true,)? text: "([^"]+)"')
_CAPS = {"escape": "Esc", "arrowup": "↑", "arrowdown": "↓", "pageup": "PgUp",
         "pagedown": "PgDn", "home": "Home", "end": "End"}  # fmt: skip
_LEVELS = ("", "Ⅰ 特重 critical", "Ⅱ 重大 major", "Ⅲ 较大 moderate", "Ⅳ 一般 minor")
Row = Sequence[object]


def settings() -> Iterator[Row]:
    """Every environment variable."""
    yield "Variable", "Unless given", "What for"
    for row in SETTINGS.values():
        yield f"`{row.variable}`", f"`{row.default}`" if row.default else "", row.words


def commands() -> Iterator[Row]:
    """Every command of the command line with its arguments."""
    yield "Command", "What it does", "Takes"
    for name, words, parser in _subcommands(app.parser(), "python app.py"):
        yield f"`{name}`", words, "<br>".join(_arguments(parser))


def events() -> Iterator[Row]:
    """Every event type."""
    yield "Type", "Stream", "Says", "`data`"
    for name, cls in BY_TYPE.items():
        stream = "telemetry" if name in TELEMETRY_TYPES else "operations"
        yield f"`{name}`", stream, _first_line(cls), _data_fields(cls)


def devices() -> Iterator[Row]:
    """Every device kind."""
    yield "Kind", "", "States (first = normal)", "Quantities", "Silent after", "May be asked for"
    for name, kind in CATALOGUE.devices.items():
        quantities = (f"`{quantity}` {unit}" for quantity, unit in kind.quantities.items())
        yield (
            f"`{name}`",
            f"{kind.label} {kind.en}",
            _codes(kind.states),
            ", ".join(quantities),
            f"{kind.patience_s} s",
            _codes(kind.desired),
        )


def alarms() -> Iterator[Row]:
    """Every alarm rule."""
    yield "Rule", "", "Level", "Devices", "When", "Opens", "Raised again after", "Source"
    for name, rule in CATALOGUE.rules.items():
        limit = f"above {rule.above:g}" if rule.above is not None else f"below {rule.below or 0:g}"
        when = _codes(rule.states) or (f"`{rule.quantity}` {limit}" if rule.quantity else "silence")
        hours = f", {rule.hours[0]}:00-{rule.hours[1]}:00" if rule.hours else ""
        opens = _codes([rule.incident] if rule.incident else [])
        joins = f"joins `{rule.correlate}`" if rule.correlate and not rule.incident else ""
        yield (
            f"`{name}`",
            f"{rule.label} {rule.en}",
            _LEVELS[rule.level],
            _codes(rule.kinds),
            when + hours,
            opens or joins,
            f"{rule.realarm_s} s" if rule.realarm_s else "",
            rule.source,
        )


def incidents() -> Iterator[Row]:
    """Every incident kind."""
    yield "Kind", "", "Level", "Skills", "Verified first", "Response", "Handled", "Source"
    for name, kind in CATALOGUE.incidents.items():
        yield (
            f"`{name}`",
            f"{kind.label} {kind.en}",
            _LEVELS[kind.level],
            ", ".join(kind.skills),
            "yes" if kind.verify_first else "no",
            f"{kind.response_s} s",
            f"{kind.resolve_s} s",
            kind.source,
        )


def requests() -> Iterator[Row]:
    """Every command a person may give, what it needs and who may."""
    head = ("Command", "", "Aimed at", "Needs", "May carry", "And while an alarm of the case holds")
    yield *head, "Key", *ROLES
    for name, row in TABLE.items():
        if not row.door:
            yield _request(name, row)


def doors() -> Iterator[Row]:
    """Every command that has a route of its own."""
    yield "Command", "", "Route", "Aimed at", "Needs", "May carry", *ROLES
    for name, row in TABLE.items():
        if row.door:
            words = (f"`{name}`", f"{row.label} {row.en}", f"`{row.door}`", row.target)
            yield *words, _codes(row.needs), _codes(row.takes), *_allowed(name)


def _request(name: str, row: CommandRow) -> Row:
    held = CASES[name].while_held if name in CASES else ()
    carried = (_codes(row.needs), _codes(row.takes), _codes(held))
    words = (f"`{name}`", f"{row.label} {row.en}", row.target)
    return (*words, *carried, f"`{row.key.upper()}`" if row.key else "", *_allowed(name))


def _allowed(command: str) -> Iterator[str]:
    return ("yes" if may(role, command) else "" for role in ROLES)


def states() -> Iterator[Row]:
    """Every state of a case."""
    flow = CATALOGUE.flow
    yield "State", "", "Stage", "Commands"
    for name, state in flow.states.items():
        taken = (command for command, row in CASES.items() if name in row.out_of(flow))
        yield f"`{name}`", f"{state.label} {state.en}", state.stage, _codes(taken)


def moves() -> Iterator[Row]:
    """Every event that moves a case."""
    yield "Event", "", "Out of", "To", "Responder at", "Responder then"
    for name, move in CATALOGUE.flow.moves.items():
        to = [move.to, move.believed_to]
        yield (
            f"`{name}`",
            f"{move.label} {move.en}",
            _codes(move.from_),
            _codes(filter(None, to)),
            _codes([move.at] if move.at else []),
            _codes([move.step] if move.step else []),
        )


def layers() -> Iterator[Row]:
    """Every map layer."""
    yield "Layer", "Switches", "In the list", "At first", "Counts", "Far", "Near"
    for name, layer in CATALOGUE.layers.items():
        bands = ("yes" if band else "" for band in (layer.far, layer.near))
        listed = (layer.switch, "on" if layer.starts_on else "off") if layer.switch else ("", "on")
        yield f"`{name}`", _codes(switches(CATALOGUE, name)), *listed, layer.counts, *bands


def scenarios() -> Iterator[Row]:
    """Every story the simulator can play."""
    yield "Scenario", "", "Story"
    for path in sorted((HOUSE / "feeds" / "demo" / "scenarios").glob("*.toml")):
        row = tomllib.loads(path.read_text("utf-8"))
        yield f"`{path.stem}`", f"{row['title']} {row['en']}", row["about"]


def keys() -> Iterator[Row]:
    """Every keyboard shortcut of the console."""
    yield "Key", "Does", ""
    source = (HOUSE / "assets" / "panels" / "keys.mjs").read_text("utf-8")
    before, _, after = source.partition("const AFTER")
    rows = [*_SHORTCUT.findall(before), *_command_keys(), *_SHORTCUT.findall(after)]
    for key, ctrl, text in rows:
        cap = _CAPS.get(key, key.upper())
        yield f"`{'Ctrl ' if ctrl else ''}{cap}`", catalogue("en")[text], catalogue("zh-CN")[text]


def _command_keys() -> Iterator[tuple[str, str, str]]:
    """The keys of the command table: key, no Ctrl, text key; steps of a responder share one."""
    known: set[str] = set()
    for name, row in TABLE.items():
        if row.key and row.key not in known:
            known.add(row.key)
            text = f"keys.{'progress' if row.form == 'crew' else name}"
            yield row.key, "", text if text in catalogue("en") else f"action.{name}"


def collections() -> Iterator[Row]:
    """Every collection that is shared."""
    yield "Collection", "", "Holds", "Shape", "`datetime` asks for", "For"
    for one in COLLECTIONS.values():
        asks = f"`{one.time}`" if one.time else ""
        roles = ", ".join(role for role in ROLES if one.open_to(role))
        everybody = "everybody" if not one.roles else roles
        yield f"`{one.id}`", one.title, one.about, one.shape, asks, everybody


def fields() -> Iterator[Row]:
    """Every field of every collection."""
    yield "Collection", "Field", "Type", "Says", "Lives"
    for one in COLLECTIONS.values():
        for field in one.fields:
            live = "yes" if field.live else ""
            yield f"`{one.id}`", f"`{field.name}`", field.kind, field.words, live


def differing() -> Iterator[Row]:
    """What a district may have otherwise."""
    yield "File", "Fields that may differ", "Everything else"
    for table, names in CHANGEABLE.items():
        yield f"`{table}.toml`", _codes(names), "the same everywhere"


def conditions() -> Iterator[Row]:
    """Every condition of the service."""
    chinese, english = (catalogue(lang) for lang in ("zh-CN", "en"))
    yield "Code", "", "Tone", "Stands", "On a replay"
    for code, kind in CONDITION_KINDS.items():
        stands = f"{kind.stands_s // 3600} h after the last time" if kind.is_fact else "until over"
        key = f"condition.words.{code}"
        words = f"{chinese[key]}<br>{english[key]}"
        yield f"`{code}`", words, kind.tone, stands, "yes" if kind.replay else ""


TABLES: dict[str, Callable[[], Iterable[Row]]] = {
    table.__name__: table
    for table in (
        settings, commands, events, devices, alarms, incidents, states, moves, requests, doors,
        layers, scenarios, keys, collections, fields, conditions,
        differing,
    )
}  # fmt: skip


def filled_in(page: str) -> str:
    """A page's text with every marked table as the catalogues have it now."""

    def fresh(found: re.Match[str]) -> str:
        head, name, end = found.groups()
        return head + markdown(list(TABLES[name]())) + end

    return _MARK.sub(fresh, page)


def markdown(rows: Sequence[Row]) -> str:
    """Rows as a Markdown table; the first row is its head."""
    cells = ([str(cell).replace("|", "\\|") for cell in row] for row in rows)
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + " --- |" * len(rows[0]))
    return "\n".join(lines) + "\n"


def _codes(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _first_line(cls: type[Event]) -> str:
    return (cls.__doc__ or "").partition("\n")[0].replace("``", "`")


def _data_fields(cls: type[Event]) -> str:
    (data,) = (field.type for field in msgspec.structs.fields(cls) if field.name == "data")
    return _codes(data.__struct_fields__)


def _subcommands(
    parser: argparse.ArgumentParser, path: str
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """All commands that do something, with their words, depth first."""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction):
            continue
        words = {choice.dest: choice.help or "" for choice in action._choices_actions}
        for name, sub in action.choices.items():
            deeper = list(_subcommands(sub, f"{path} {name}"))
            yield from deeper or [(f"{path} {name}", words.get(name, ""), sub)]


def _arguments(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS:
            continue
        name = action.option_strings[0] if action.option_strings else action.dest.upper()
        choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
        yield f"`{name}`{choices} {action.help or ''}".strip()


if __name__ == "__main__":
    for file in sorted(PAGES.glob("*.md")):
        file.write_text(filled_in(file.read_text("utf-8")), "utf-8")
