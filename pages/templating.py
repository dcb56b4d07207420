"""Pages that the server draws by itself: the templates in ``templates/``, filled in.

Whatever is filled in is escaped, a name that nobody gave is an error, and ``t`` is a text of the
catalogue in the page's language.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pages.screens.shell import levels
from pages.texts import text


# Compiled templates of this package: they are code, the same for every page that is asked for.
@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def page(template: str, lang: str, **values: object) -> str:
    """A template of ``templates/`` as HTML in a language.

    Raises jinja2.UndefinedError for a name that is not among ``values``, KeyError for an unknown
    text.
    """
    found = _environment().get_template(template)
    return found.render(lang=lang, t=partial(text, lang), levels=levels(), **values)
