"""The page ``/import``: files in, a trial with its report and map, the import, and undo.

Drawn by the server like the login; one module fills it. There is no inline script.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from pages.texts import text

REFERENCES = ("WGS84", "CGCS2000", "GCJ02", "BD09")
MAPPED = ("id", "kind", "name", "lon", "lat", "azimuth_deg", "height_m", "building", "unit")
"""Fields of a device list whose columns may be named here; the rest by a saved mapping."""


def render(lang: str, prefixes: Sequence[str]) -> str:
    """The whole page, for an administrator of some territories."""
    return _PAGE.format_map(
        {
            "lang": lang,
            "title": escape(text(lang, "import.title")),
            "header": _header(lang),
            "form": _form(lang, prefixes),
            "result": _result(lang),
        }
    )


def _said(lang: str, tag: str, key: str, more: str = "") -> str:
    """An element whose content is one text; ``more`` are its further attributes."""
    attributes = f" {more}" if more else ""
    return f'<{tag} data-i18n="{key}"{attributes}>{escape(text(lang, key))}</{tag}>'


def _named(lang: str, key: str) -> str:
    """The attributes of an accessible name."""
    return f'aria-label="{escape(text(lang, key))}" data-i18n-label="{key}"'


def _header(lang: str) -> str:
    return (
        '<header class="import-head"><h1 class="brand">大院 <span class="latin" lang="en">Dayuan'
        f"</span></h1>{_said(lang, 'h2', 'import.title')}"
        f"{_said(lang, 'a', 'nav.console', 'class=button href=/console')}"
        '<button id="language" type="button" class="quiet" lang="en">EN</button></header>'
    )


def _field(lang: str, name: str, more: str = "") -> str:
    label = _said(lang, "label", f"import.{name}", f'for="{name}"')
    return f'<div class="field">{label}<input id="{name}" name="{name}" {more}></div>'


def _form(lang: str, prefixes: Sequence[str]) -> str:
    return (
        f'<form id="form" autocomplete="off">{_files(lang)}{_about(lang, prefixes)}'
        f'{_columns(lang)}{_more(lang)}<div class="actions">'
        f"{_said(lang, 'button', 'import.try', 'type=submit id=try class=primary')}"
        f"{_said(lang, 'button', 'import.go', 'type=button id=import disabled')}</div>"
        '<p id="trouble" class="alert" role="alert" hidden></p></form>'
    )


def _files(lang: str) -> str:
    return (
        f"<fieldset><legend>{_said(lang, 'span', 'import.files')}</legend>"
        f'<label class="drop" for="files">{_said(lang, "span", "import.choose")}'
        f'<input id="files" type="file" multiple></label>'
        f"{_said(lang, 'p', 'import.formats', 'class=dim')}"
        '<ul id="received"></ul></fieldset>'
    )


def _about(lang: str, prefixes: Sequence[str]) -> str:
    start = escape(next((f"{prefix}." for prefix in prefixes), ""))
    listed = "".join(f'<option value="{escape(prefix)}.">' for prefix in prefixes)
    options = _said(lang, "option", "import.as_stated", 'value=""')
    options += "".join(f"<option>{word}</option>" for word in REFERENCES)
    wanted = f'required maxlength="160" list="prefixes" value="{start}" spellcheck="false"'
    return (
        f"<fieldset><legend>{_said(lang, 'span', 'import.about')}</legend>"
        f"{_field(lang, 'name', 'required maxlength=60')}{_field(lang, 'territory', wanted)}"
        f'<datalist id="prefixes">{listed}</datalist><div class="field">'
        f"{_said(lang, 'label', 'import.reference', 'for=reference')}"
        f'<select id="reference">{options}'
        '<option value="EPSG:">EPSG:…</option></select>'
        '<input id="epsg" inputmode="numeric" pattern="[0-9]{4,6}" placeholder="4547"'
        ' aria-label="EPSG" hidden></div></fieldset>'
    )


def _columns(lang: str) -> str:
    rows = "".join(
        f"<label>{_said(lang, 'span', f'import.column.{name}')}"
        f'<input name="column.{name}" list="columns" autocomplete="off"></label>'
        for name in MAPPED
    )
    return (
        f'<details id="lists">{_said(lang, "summary", "import.lists")}'
        f"{_said(lang, 'p', 'import.lists_about', 'class=dim')}"
        f'<div class="columns">{rows}</div><datalist id="columns"></datalist></details>'
    )


def _more(lang: str) -> str:
    fields = {"district_name": "", "street_name": "", "community_name": "",
              "community_code": 'inputmode="numeric" pattern="[0-9]{12}" maxlength="12"',
              "name_en": "", "attribution": "", "surveyed": 'type="date"'}  # fmt: skip
    shifts = "".join(
        f'<input id="shift-{way}" type="number" step="0.01" value="0"'
        f" {_named(lang, f'import.{way}')}>"
        for way in ("east", "north")
    )
    return (
        f'<details id="more">{_said(lang, "summary", "import.more")}'
        f"{''.join(_field(lang, name, more) for name, more in fields.items())}"
        '<label class="check"><input id="bare" type="checkbox">'
        f"{_said(lang, 'span', 'import.bare')}</label>"
        f'<div class="field pair">{_said(lang, "span", "import.shift")}{shifts}</div></details>'
    )


def _result(lang: str) -> str:
    return (
        '<section id="running" hidden><progress id="share" max="1" value="0"'
        f" {_named(lang, 'import.progress')}></progress>"
        '<p id="words" role="status"></p></section>'
        f'<section id="empty">{_said(lang, "p", "import.empty")}</section>'
        '<section id="report" hidden><p id="outcome" class="outcome"></p><p class="links">'
        f"{_said(lang, 'a', 'import.html', 'id=html target=_blank rel=noopener class=button')}"
        f"{_said(lang, 'a', 'import.geojson', 'id=geojson download=faults.geojson class=button')}"
        f'</p><div class="map-side"><div id="picture"></div>{_register(lang)}</div>'
        f'{_said(lang, "h3", "import.sources")}<ul id="sources"></ul>'
        f'<div id="differs" hidden>{_said(lang, "h3", "import.differs")}'
        f'<ul id="difference"></ul></div>{_faults(lang)}'
        f'{_said(lang, "h3", "import.made")}<ul id="counts" class="counts-list"></ul></section>'
        f'<section>{_said(lang, "h3", "import.log")}<ul id="log"></ul></section>'
    )


def _register(lang: str) -> str:
    """The registration check beside the map."""
    return (
        f'<aside class="register">{_said(lang, "h3", "import.register")}'
        f"{_said(lang, 'p', 'import.register_about', 'class=dim')}"
        f'<dl>{_said(lang, "dt", "import.picked")}<dd id="picked">–</dd>'
        f"<dt>{_said(lang, 'label', 'import.known', 'for=known')}</dt>"
        '<dd><input id="known" placeholder="113.151234, 27.830456" autocomplete="off"></dd>'
        f"{_said(lang, 'dt', 'import.offset')}"
        '<dd><span id="offset" role="status">–</span></dd></dl>'
        f"{_said(lang, 'button', 'import.second', 'type=button id=second disabled')}"
        f"{_said(lang, 'button', 'import.correct', 'type=button id=correct disabled')}</aside>"
    )


def _faults(lang: str) -> str:
    heads = "".join(
        _said(lang, "th", f"import.{name}", "scope=col")
        for name in ("kind", "feature", "what", "place")
    )
    return (
        f'{_said(lang, "h3", "import.faults")}<div id="kinds" class="kinds"></div>'
        '<div class="scroll" tabindex="0"><table><thead><tr>'
        f'<th scope="col">#</th>{heads}</tr></thead><tbody id="faults"></tbody></table></div>'
    )


_PAGE = """<!DOCTYPE html>
<html lang="{lang}" data-theme="dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>{title} · 大院 Dayuan</title>
<link rel="icon" href="/assets/favicon.ico">
<link rel="stylesheet" href="/assets/dayuan.css">
<link rel="stylesheet" href="/assets/dayuan_import.css">
<script type="module" src="/assets/pages/import/main.mjs"></script>
</head>
<body class="import">
{header}
<main class="import-main">
{form}
<div class="result">
{result}
</div>
</main>
</body>
</html>
"""
