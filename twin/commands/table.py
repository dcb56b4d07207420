"""The table of commands: everything a person may ask for, as one row each.

A row says what the command is aimed at, what it carries, which roles may give it, which event it
becomes, and how screens offer it. The API, the reference pages, the leak test, the keyboard and
the dialogs read it. From which states a case takes a command, ``workflows.toml`` says in the row
of its event.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from twin import events
from twin.catalogue import Workflow
from twin.commands.roles import (
    DISPATCH,
    EVERYBODY,
    EXPORT,
    KEEP,
    OPERATE,
    REVIEW,
    STEP,
    WORK,
    Actor,
)
from twin.events import Event, Words, cases, type_of

SHELF_CAP_MIN = 24 * 60
"""Nobody may silence an alarm for longer (domain.md 1.1)."""

Target = Literal[
    "alarm", "incident", "device", "compound", "closure", "responder", "camera", "territory",
    "session",
]  # fmt: skip
"""What a command is aimed at; a session is a replay."""

Tone = Literal["", "plain", "primary"]
"""How a command's button looks; empty for one that has none of its own."""

Form = Literal["", "reason", "shelve", "check", "settle", "recommend", "crew", "note"]
"""What a screen asks before it sends the command, or the part of the panel that gives it."""


class Args(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a command can carry besides its target; ``Row.needs`` says which it must."""

    responder: str = ""
    instead_of: str = ""
    text: Words = ""
    reason: Annotated[str, Meta(max_length=200)] = ""
    minutes: Annotated[int, Meta(ge=0, le=SHELF_CAP_MIN)] = 0
    passed: bool | None = None
    state: str = ""
    kind: str = ""
    path: str = ""
    outline: Annotated[tuple[tuple[float, float], ...], Meta(max_length=100)] = ()


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A request: ``version`` is what the screen showed, None to take whatever is there."""

    name: str
    target: str
    by: Actor
    version: int | None = None
    args: dict[str, Any] = {}


def _always(thing: Any) -> bool:
    return True


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """A command. ``label`` and ``en`` are the words of its button.

    ``needs`` are the arguments it must carry, ``takes`` those it may; ``choices`` the values that
    a screen proposes for one. ``fits`` says whether an alarm, a closed way or a responder takes it
    as it is, ``offered`` whether screens propose it then. ``place`` is where its button stands
    among others, ``key`` its key. A row with a ``door`` is not given by ``POST /api/commands`` but
    by that route, which has a body of its own; ``twin.commands.cameras`` and the rooms behind the
    routes carry these out.
    """

    target: Target
    label: str
    en: str
    roles: frozenset[str]
    event: type[Event] | None = None
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    choices: dict[str, tuple[str | int, ...]] = {}
    of_oneself: frozenset[str] = frozenset()
    fits: Callable[[Any], bool] = _always
    offered: Callable[[Any], bool] = _always
    tone: Tone = ""
    place: int = 0
    form: Form = ""
    key: str = ""
    door: str = ""


class CaseRow(CommandRow, frozen=True, kw_only=True):
    """A command that moves a case by the next event of it.

    ``sees`` says that whoever does this has seen the alarms of the case, ``sends`` that it puts
    somebody on the case who was not on it; ``while_held`` it needs, too, while an alarm holds.
    """

    event: Any
    target: Target = "incident"
    sees: bool = False
    sends: bool = False
    while_held: tuple[str, ...] = ()

    def step(self, flow: Workflow) -> str:
        """The step that the responder must be at; empty when it is not about one."""
        return flow.moves[type_of(self.event)].at

    def out_of(self, flow: Workflow) -> tuple[str, ...]:
        """The states that a case can be in for this."""
        return flow.moves[type_of(self.event)].from_

    def data(self, version: int, args: Args) -> Any:
        """What the event says: the version it makes, and the arguments that it has a field for."""
        (shape,) = (one.type for one in msgspec.structs.fields(self.event) if one.name == "data")
        names = [name for name in shape.__struct_fields__ if name != "version"]
        return shape(version=version, **{name: getattr(args, name) for name in names})


class DutyRow(CommandRow, frozen=True, kw_only=True):
    """A command that puts a responder on or off duty; ``duty`` is what it leads to."""

    duty: str
    event: type[Event] = events.ResponderStatus
    target: Target = "responder"
    of_oneself: frozenset[str] = frozenset({"responder"})


TABLE: dict[str, CommandRow] = {
    # --- alarms; acknowledge goes to all alarms of a case, too -------------------------------
    "acknowledge": CommandRow(
        target="alarm", label="确认告警", en="Acknowledge", roles=DISPATCH,
        event=events.AlarmAcknowledged, fits=lambda alarm: not alarm.acked,
        offered=lambda alarm: alarm.unseen, tone="primary", place=1, key="q",
    ),
    "shelve": CommandRow(
        target="alarm", label="搁置告警", en="Shelve alarm", roles=DISPATCH,
        event=events.AlarmShelved, needs=("reason", "minutes"),
        choices={"minutes": (15, 60, 480)}, fits=lambda alarm: alarm.shelved_until is None,
        offered=lambda alarm: alarm.active or alarm.unseen, tone="plain", place=6,
        form="shelve", key="s",
    ),
    "unshelve": CommandRow(
        target="alarm", label="取消搁置", en="Unshelve", roles=DISPATCH,
        event=events.AlarmUnshelved, fits=lambda alarm: alarm.shelved_until is not None,
        tone="plain", place=7,
    ),
    # --- cases ---------------------------------------------------------------------------------
    "verify": CaseRow(
        label="核实", en="Verify", roles=DISPATCH, event=cases.IncidentVerified,
        takes=("text",), sees=True, tone="primary", place=2, key="v",
    ),
    "reject": CaseRow(
        label="不属实", en="Unfounded", roles=DISPATCH, event=cases.IncidentRejected,
        needs=("text",), sees=True, tone="plain", place=5, form="reason", key="x",
    ),
    "assign": CaseRow(
        label="指派", en="Assign", roles=DISPATCH, event=cases.IncidentAssigned,
        needs=("responder",), takes=("text",), sees=True, sends=True, form="recommend", key="a",
    ),
    "add_responder": CaseRow(
        label="加派", en="Add", roles=DISPATCH, event=cases.IncidentResponderAdded,
        needs=("responder",), takes=("text",), sends=True,
    ),
    "reassign": CaseRow(
        label="改派", en="Swap", roles=DISPATCH, event=cases.IncidentReassigned,
        needs=("responder",), takes=("instead_of", "text"), sends=True,
    ),
    "accept": CaseRow(
        label="接单", en="Accepted", roles=STEP, event=cases.IncidentAccepted,
        takes=("responder", "text"), form="crew", key="g",
    ),
    "start": CaseRow(
        label="出发", en="Set out", roles=STEP, event=cases.IncidentStarted,
        takes=("responder", "text"), form="crew", key="g",
    ),
    "arrive": CaseRow(
        label="到场", en="Arrived", roles=STEP, event=cases.IncidentArrived,
        takes=("responder", "text"), form="crew", key="g",
    ),
    "handle": CaseRow(
        label="处置完", en="Handled", roles=STEP, event=cases.IncidentHandled,
        takes=("responder", "text"), form="crew", key="g",
    ),
    "check": CaseRow(
        label="复核", en="Check", roles=REVIEW, event=cases.IncidentChecked,
        needs=("passed",), takes=("text",), while_held=("text",), tone="primary", place=3,
        form="check", key="t",
    ),
    "close": CaseRow(
        label="结案", en="Close", roles=REVIEW, event=cases.IncidentClosed, takes=("text",),
        while_held=("text",), tone="primary", place=4, form="settle", key="c",
    ),
    "cancel": CaseRow(
        label="撤销", en="Call off", roles=DISPATCH, event=cases.IncidentCancelled,
        needs=("text",), sees=True, tone="plain", place=8, form="reason",
    ),
    "reopen": CaseRow(
        label="重开", en="Reopen", roles=REVIEW, event=cases.IncidentReopened,
        needs=("text",), tone="plain", place=9, form="reason",
    ),
    "note": CaseRow(
        label="记录", en="Note", roles=WORK, event=cases.IncidentNoted, needs=("text",),
        form="note", key="n",
    ),
    # --- devices, ways, duty -------------------------------------------------------------------
    "set_device": CommandRow(
        target="device", label="设备控制", en="Operate device", roles=DISPATCH,
        event=events.DeviceDesired, needs=("state",),
    ),
    "close_way": CommandRow(
        target="compound", label="封闭道路", en="Close a way", roles=DISPATCH,
        event=cases.WayClosed, needs=("kind", "reason"), takes=("path", "outline", "minutes"),
        choices={"minutes": (0, 60, 480)},
    ),
    "open_way": CommandRow(
        target="closure", label="恢复通行", en="Open the way", roles=DISPATCH,
        event=cases.WayOpened, takes=("reason",), fits=lambda closure: closure.closed,
    ),
    "duty_on": DutyRow(
        label="上班", en="Start duty", roles=STEP, takes=("reason",), duty="available",
        fits=lambda responder: responder.duty != "available",
    ),
    "duty_off": DutyRow(
        label="下班", en="End duty", roles=STEP, takes=("reason",), duty="off_duty",
        fits=lambda responder: responder.duty != "off_duty" and not responder.assignments,
    ),
    # --- through doors of their own ------------------------------------------------------------
    "view_camera": CommandRow(
        target="camera", label="查看画面", en="View the picture", roles=OPERATE,
        event=events.CameraViewed, needs=("purpose",), takes=("incident",),
        door="POST /api/cameras/{camera:path}/view",
    ),
    "place_camera": CommandRow(
        target="camera", label="调整摄像机", en="Place the camera", roles=KEEP,
        event=events.CameraPlaced, door="PUT /api/cameras/{camera:path}",
        takes=("name", "lonlat", "height_m", "azimuth_deg", "hfov_deg", "range_m", "lens"),
    ),
    "import": CommandRow(
        target="territory", label="导入小区", en="Import a compound", roles=KEEP,
        needs=("territory", "name"), door="POST /api/imports/{job}/run",
    ),
    "undo_import": CommandRow(
        target="territory", label="撤回导入", en="Take an import back", roles=KEEP,
        needs=("territory",), door="POST /api/imports/undo",
    ),
    "export": CommandRow(
        target="territory", label="导出数据", en="Export data", roles=EXPORT,
        event=events.DataExported, takes=("collections", "format"), door="GET /ogc/export",
    ),
    "open_replay": CommandRow(
        target="session", label="打开回放", en="Open a replay", roles=EVERYBODY, takes=("at",),
        door="POST /api/replay",
    ),
    "drive_replay": CommandRow(
        target="session", label="控制回放", en="Move the clock of a replay", roles=EVERYBODY,
        needs=("do",), takes=("at", "speed"), door="WEBSOCKET /live",
    ),
}  # fmt: skip
"""Every command by its name. A viewer drives no replay but its own."""

COMMANDS = tuple(name for name, row in TABLE.items() if not row.door)
"""The names that ``POST /api/commands`` takes."""

CASES = {name: row for name, row in TABLE.items() if isinstance(row, CaseRow)}
"""Those that move a case."""

DUTY = {name: row for name, row in TABLE.items() if isinstance(row, DutyRow)}
"""Those that put a responder on or off duty."""

NEEDS = {name: TABLE[name].needs for name in COMMANDS}
"""The arguments that each of ``COMMANDS`` must carry."""


def at_target(kind: Target) -> dict[str, CommandRow]:
    """The commands that are aimed at one kind of thing, those with a door left out."""
    return {name: TABLE[name] for name in COMMANDS if TABLE[name].target == kind}


def may(role: str, command: str) -> bool:
    """Whether a role may give a command at all.

    >>> may("viewer", "assign"), may("dispatcher", "assign")
    (False, True)
    """
    row = TABLE.get(command)
    return row is not None and role in row.roles


def of_oneself(role: str) -> list[str]:
    """The commands aimed at a person that a role may give of the own card only, sorted."""
    return sorted(name for name, row in TABLE.items() if role in row.of_oneself)


def taken(kind: Target, thing: Any) -> list[str]:
    """The commands that screens offer for an alarm, a closed way or a responder as it is now.

    Whoever may give them is asked for separately.
    """
    return [name for name, row in at_target(kind).items() if row.fits(thing) and row.offered(thing)]


def next_step(step: str, flow: Workflow) -> str:
    """The command that a responder at this step of a case gives next; empty when there is none."""
    return next((name for name, row in CASES.items() if step and row.step(flow) == step), "")
