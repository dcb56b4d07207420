"""What may be asked: ``decide`` turns a command into the events that carry it out, or says why not.

A command is refused, in this order, for the role, its arguments, a target that does not exist or is
not the account's to see (one answer for both), a version that somebody else was faster than, a
case that is not the responder's own, and last for the state of the thing. Nothing is changed
here: the events count when they come back through ``Twin.apply``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, NoReturn

import msgspec

from twin.cases.workflow import legal, step_of
from twin.commands import closures, duty
from twin.commands.roles import Actor
from twin.commands.table import (
    CASES,
    COMMANDS,
    TABLE,
    Args,
    Command,
    Target,
    at_target,
    may,
)
from twin.errors import CommandRejected, StaleVersion
from twin.events import (
    AlarmAcknowledged,
    AlarmData,
    AlarmShelved,
    AlarmUnshelved,
    DesiredData,
    DeviceDesired,
    Event,
    ShelveData,
)
from twin.places.model import Compound
from twin.places.territory import covers, touches
from twin.rules.standing import holding
from twin.state.records import Alarm, Closure, Device, Incident, Responder
from twin.state.twin import Twin

__all__ = [
    "Actor", "Append", "Command", "appends", "decide", "detail", "possible", "possible_for_alarm",
]  # fmt: skip


Thing = Incident | Alarm | Device | Closure | Compound | Responder
"""What a command of ``COMMANDS`` can be aimed at."""


class Append(NamedTuple):
    """Events to append in one compare-and-set step: on which thing, expecting which version."""

    thing: str | None
    expected: int | None
    events: list[Event]


def decide(twin: Twin, command: Command, at: datetime) -> list[Event]:
    """The events that carry a command out.

    Raises CommandRejected with code ``not_permitted``, ``invalid``, ``unknown`` or
    ``illegal_state``, or StaleVersion. Once the target is known, ``detail`` has its state and
    version, by whom and at (epoch ms) it last changed. Append them by ``appends``.
    """
    if command.name not in COMMANDS:
        raise CommandRejected("invalid", f"no command {command.name!r}")
    if not may(command.by.role, command.name):
        raise CommandRejected("not_permitted", f"a {command.by.role} may not {command.name}")
    args = _args(command)
    target = _target(twin, command)
    if isinstance(target, Device | Compound):
        return _DEEDS[command.name](twin, target, args, command, at)
    if command.version is not None and command.version != target.version:
        raise StaleVersion("somebody else was first", **detail(target))
    if isinstance(target, Incident) and command.name in CASES:
        return _case_events(twin, target, args, command, at)
    return _DEEDS[command.name](twin, target, args, command, at)


def possible(twin: Twin, incident: Incident, actor: Actor) -> list[str]:
    """The commands that the case's state and the actor's role and territory allow now.

    A command stands here when some arguments exist with which ``decide`` would carry it out
    (somebody to send is taken for granted).
    """
    if not _reach(incident, actor):
        return []
    names = [name for name in CASES if _possible(twin, incident, name, actor)]
    if may(actor.role, "acknowledge") and _unseen(twin, incident):
        names.insert(0, "acknowledge")
    return names


def possible_for_alarm(twin: Twin, alarm: Alarm, actor: Actor) -> list[str]:
    """The commands that an alarm's flags and the actor's role and territory allow now."""
    if not covers(actor.prefixes, twin.territory_of(alarm.id)):
        return []
    return [
        name for name in at_target("alarm") if may(actor.role, name) and TABLE[name].fits(alarm)
    ]


def appends(events: Sequence[Event]) -> list[Append]:
    """Group events, in order, into compare-and-set steps of one thing each.

    The first is the command itself and decides whether it counts; if one of the others finds
    its thing changed, somebody has done the same meanwhile.
    """
    steps: list[Append] = []
    for event in events:
        version: int | None = getattr(getattr(event, "data", None), "version", None)
        thing = event.subject if version is not None else None
        if steps and steps[-1].thing == thing:
            steps[-1].events.append(event)
        else:
            steps.append(Append(thing, None if version is None else version - 1, [event]))
    return steps


def detail(thing: Incident | Alarm | Closure | Responder) -> dict[str, object]:
    """What a refusal tells: state, version, and by whom and when (epoch ms) it last changed."""
    if isinstance(thing, Closure):
        return closures.detail(thing)
    if isinstance(thing, Responder):
        return duty.detail(thing)
    state = thing.state if isinstance(thing, Incident) else thing.label
    at = None if thing.last_at is None else int(thing.last_at.timestamp() * 1000)
    return {"state": state, "version": thing.version, "by": thing.last_by, "at": at}


# --- before the state is asked -----------------------------------------------------------------


def _args(command: Command) -> Args:
    try:
        args = msgspec.convert(command.args, Args)
    except msgspec.ValidationError as exc:
        raise CommandRejected("invalid", f"{command.name}: {exc}") from exc
    for name in TABLE[command.name].needs:
        if getattr(args, name) in ("", None, 0) and getattr(args, name) is not False:
            raise CommandRejected("invalid", f"{command.name} needs {name}", field=name)
    return args


def _target(twin: Twin, command: Command) -> Thing:
    found = _things(twin, TABLE[command.name].target).get(command.target)
    if found is None and command.name == "acknowledge":
        found = twin.incidents.get(command.target)
    reached = isinstance(found, Incident) and _reach(found, command.by)
    reached |= isinstance(found, Responder) and found.id == command.by.responder
    if found is None or not (reached or covers(command.by.prefixes, twin.territory_of(found.id))):
        raise CommandRejected("unknown", f"no {command.target!r} here")
    return found


def _things(twin: Twin, kind: Target) -> Mapping[str, Thing]:
    """All things of a kind that a command can be aimed at."""
    kinds: dict[str, Mapping[str, Thing]] = {
        "alarm": twin.alarms, "incident": twin.incidents, "device": twin.devices,
        "compound": twin.compounds, "closure": twin.closures, "responder": twin.responders,
    }  # fmt: skip
    return kinds[kind]


def _reach(incident: Incident, actor: Actor) -> bool:
    """In the actor's territory, or a case the actor is on, wherever it is."""
    return covers(actor.prefixes, incident.territory) or (
        actor.responder is not None and actor.responder in incident.crew
    )


# --- cases -------------------------------------------------------------------------------------


def _case_events(
    twin: Twin, incident: Incident, args: Args, command: Command, at: datetime
) -> list[Event]:
    name, by = command.name, command.by
    if refusal := _not_theirs(incident, name, by, args.responder):
        raise CommandRejected("not_permitted", refusal, **detail(incident))
    args = _filled(incident, name, by, args)
    if CASES[name].sends:
        _ask_duty(twin, incident, args.responder, by)
    event = _case_event(incident, name, args, by.account, at)
    if not legal(incident, event, twin.catalogue.incident(incident.kind)):
        _illegal(name, incident)
    _ask_reason(twin, incident, command, args)
    return [event, *(_acks(twin, incident, by, at) if CASES[name].sees else ())]


def _case_event(incident: Incident, name: str, args: Args, by: str, at: datetime) -> Event:
    version = incident.version + 1
    event: Event = CASES[name].event(
        id=f"{incident.id}@{version}",
        subject=incident.id,
        time=at,
        by=by,
        territory=incident.territory,
        data=CASES[name].data(version, args),
    )
    return event


def _not_theirs(incident: Incident, name: str, by: Actor, responder: str) -> str:
    """Why this person may not do this to this case, whatever its state; nothing if they may."""
    if by.role == "responder":
        if by.responder is None or responder not in ("", by.responder):
            return "a responder acts for themselves only"
        if step_of(incident, by.responder) in (None, incident.flow.released):
            return "not assigned to this case"
    if name == "check" and incident.state in CASES[name].out_of(incident.flow):
        handler = by.responder is not None and by.responder == incident.handled_by
        if handler or by.account == incident.handled_recorder:
            return "whoever handled it or recorded that does not check it"
    return ""


def _filled(incident: Incident, name: str, by: Actor, args: Args) -> Args:
    """Name the responder when only one can be meant."""
    step = CASES[name].step(incident.flow)
    if step and not args.responder:
        return msgspec.structs.replace(args, responder=_the_one(incident, by, step))
    if name == "reassign" and not args.instead_of and len(incident.working) == 1:
        return msgspec.structs.replace(args, instead_of=incident.working[0])
    return args


def _the_one(incident: Incident, by: Actor, step: str) -> str:
    if by.role == "responder":
        return by.responder or ""
    there = _at(incident, step)
    if len(there) > 1:
        raise CommandRejected(
            "invalid", "say which responder", field="responder", **detail(incident)
        )
    return there[0] if there else ""


def _at(incident: Incident, step: str) -> list[str]:
    return [who for who in incident.working if step_of(incident, who) == step]


def _ask_duty(twin: Twin, incident: Incident, responder: str, by: Actor) -> None:
    """Somebody to send is in the account's territory and on duty; busy is its own choice."""
    found = twin.responders.get(responder)
    if found is None or not touches(by.prefixes, found.card.territory):
        raise CommandRejected("invalid", f"no responder {responder!r} here", field="responder")
    if found.duty in ("off_duty", "unavailable"):
        raise CommandRejected(
            "illegal_state", f"{found.card.name} is {found.duty}", **detail(incident)
        )


def _ask_reason(twin: Twin, incident: Incident, command: Command, args: Args) -> None:
    """Nothing is called settled in silence while its alarm holds; work sent back is not settled."""
    missing = [word for word in CASES[command.name].while_held if not getattr(args, word).strip()]
    held = holding(twin, incident) if missing and args.passed is not False else []
    if held:
        ids = [alarm.id for alarm in held]
        seen = [name for name in ids if covers(command.by.prefixes, twin.territory_of(name))]
        reason = f"{command.name} needs {missing[0]} while an alarm of the case holds"
        raise CommandRejected("invalid", reason, field=missing[0], alarms=seen, **detail(incident))


def _possible(twin: Twin, incident: Incident, name: str, actor: Actor) -> bool:
    """Whether some arguments exist that the case would take, with somebody new to send."""
    if not may(actor.role, name) or _not_theirs(incident, name, actor, ""):
        return False
    if step := CASES[name].step(incident.flow):
        there = _at(incident, step)
        return actor.responder in there if actor.role == "responder" else bool(there)
    probe = Args(responder="?", instead_of=next(iter(incident.working), "?"), passed=True)
    event = _case_event(incident, name, probe, "", incident.last_at)
    return legal(incident, event, twin.catalogue.incident(incident.kind))


def _illegal(name: str, thing: Incident | Alarm) -> NoReturn:
    told = detail(thing)
    raise CommandRejected("illegal_state", f"cannot {name} when {told['state']}", **told)


# --- alarms and devices ------------------------------------------------------------------------


def _unseen(twin: Twin, incident: Incident) -> list[Alarm]:
    found = map(twin.alarms.get, incident.alarms)
    return [alarm for alarm in found if alarm is not None and not alarm.acked]


def _acks(twin: Twin, incident: Incident, by: Actor, at: datetime) -> Iterable[Event]:
    return [_ack(twin, alarm, by, at) for alarm in _unseen(twin, incident)]


def _ack(twin: Twin, alarm: Alarm, by: Actor, at: datetime) -> Event:
    return AlarmAcknowledged(
        **_envelope(twin, alarm, by, at), data=AlarmData(version=alarm.version + 1)
    )


def _envelope(twin: Twin, alarm: Alarm, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "id": f"{alarm.id}@{alarm.version + 1}",
        "subject": alarm.id,
        "time": at,
        "by": by.account,
        "territory": twin.territory_of(alarm.id),
    }


def _acknowledge(
    twin: Twin, target: Incident | Alarm, args: Args, command: Command, at: datetime
) -> list[Event]:
    if isinstance(target, Incident):
        return list(_acks(twin, target, command.by, at)) or _illegal("acknowledge", target)
    _must_fit(target, command)
    return [_ack(twin, target, command.by, at)]


def _shelve(twin: Twin, alarm: Alarm, args: Args, command: Command, at: datetime) -> list[Event]:
    _must_fit(alarm, command)
    until = at + timedelta(minutes=args.minutes)
    shelf = ShelveData(version=alarm.version + 1, until=until, reason=args.reason)
    return [AlarmShelved(**_envelope(twin, alarm, command.by, at), data=shelf)]


def _unshelve(twin: Twin, alarm: Alarm, args: Args, command: Command, at: datetime) -> list[Event]:
    _must_fit(alarm, command)
    data = AlarmData(version=alarm.version + 1)
    return [AlarmUnshelved(**_envelope(twin, alarm, command.by, at), data=data)]


def _must_fit(alarm: Alarm, command: Command) -> None:
    if not TABLE[command.name].fits(alarm):
        _illegal(command.name, alarm)


def _desired(device: Device, args: Args, command: Command, at: datetime) -> Event:
    if args.state not in device.traits.desired:
        raise CommandRejected(
            "invalid", f"a {device.kind} cannot be asked to be {args.state!r}", field="state"
        )
    if device.desired_at is not None and at <= device.desired_at:
        # Our clock was set back, and the newest wish counts.
        at = device.desired_at + timedelta(milliseconds=1)
    return DeviceDesired(
        id=f"{device.id}!desired@{int(at.timestamp() * 1000)}",
        subject=device.id,
        time=at,
        by=command.by.account,
        territory=device.place.territory,
        data=DesiredData(state=args.state),
    )


_Deed = Callable[[Twin, Any, Args, Command, datetime], list[Event]]

_DEEDS: dict[str, _Deed] = {
    "acknowledge": _acknowledge,
    "shelve": _shelve,
    "unshelve": _unshelve,
    "set_device": lambda twin, device, args, command, at: [_desired(device, args, command, at)],
    "close_way": lambda twin, compound, args, command, at: [
        closures.closed(twin, compound, args, command, at)
    ],
    "open_way": lambda twin, closure, args, command, at: [
        closures.opened(closure, args, command, at)
    ],
    **dict.fromkeys(
        at_target("responder"),
        lambda twin, responder, args, command, at: [
            duty.changed(twin, responder, args, command, at)
        ],
    ),
}
"""How each command that moves no case is carried out, by its name; a test wants them all."""
