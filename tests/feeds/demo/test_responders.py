"""What the demo's people do about cases, and that real people go first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feeds.demo.responders import (
    DISPATCH_AFTER_S,
    DISPATCHER,
    HANDS_OFF_S,
    HELD,
    HELD_FOR_S,
    REVIEWER,
    SEE_AFTER_S,
)
from tests.support.builders.twin import a_state
from tests.support.world import CHEN, World, a_compound
from twin.commands.roles import Actor

ZHOU, LI, WANG = (f"huodian/responder/{name}" for name in ("zhou", "li", "wang"))
SUN = Actor(account="sun", role="reviewer", prefixes=("lusong.hejiatu",))


def a_world_with(story: str = "one_key_call") -> World:
    world = World(rate=5)
    world.run(1)
    world.begin(story)
    world.run(2)
    return world


def steps(world: World) -> list[tuple[str, str]]:
    return [(entry.type.removeprefix("incident."), entry.by) for entry in world.case().log]


def test_a_case_nobody_takes_is_taken_walked_to_handled_checked_by_another_and_closed() -> None:
    world = a_world_with()
    world.run(300)
    assert steps(world) == [
        ("reported", "system"), ("assigned", DISPATCHER), ("accepted", "zhou"), ("started", "zhou"),
        ("arrived", "zhou"), ("handled", "zhou"), ("checked", REVIEWER), ("closed", REVIEWER),
    ]  # fmt: skip


def test_they_arrive_when_they_are_there_and_not_before() -> None:
    world = a_world_with()
    world.run(300)
    times = world.case().times
    far = world.sim.passage.route(
        world.twin.devices[world.case().device].place.lonlat, a_compound().responders[0].post
    )
    walked_s = (times["on_scene"] - times["en_route"]).total_seconds()
    assert walked_s == pytest.approx(far.seconds, abs=60)
    assert walked_s > 10


def test_the_graver_a_case_the_sooner_it_is_dispatched() -> None:
    assert sorted(DISPATCH_AFTER_S.values()) == [DISPATCH_AFTER_S[level] for level in (1, 2, 3, 4)]


def test_what_must_be_verified_first_is() -> None:
    world = a_world_with("gate_fault")
    world.run(300)
    assert [name for name, _ in steps(world)][:3] == ["reported", "verified", "assigned"]
    assert world.case().state == "closed"


def test_a_person_who_assigns_first_wins_and_the_demo_goes_on_from_there() -> None:
    world = a_world_with()
    world.give("assign", world.case().id, responder=LI)
    world.run(300)
    assert steps(world)[1] == ("assigned", "chenmin")
    assert ("accepted", "li") in steps(world) and world.case().state == "closed"


def test_while_a_person_is_at_work_the_demo_keeps_its_hands_off() -> None:
    world = a_world_with()
    world.give("note", world.case().id, text="回拨中")
    world.run(HANDS_OFF_S - 5)
    assert world.case().state == "reported"
    world.run(10)
    assert world.case().state != "reported"


def test_a_person_may_check_and_close_before_the_demo_does() -> None:
    world = a_world_with()
    while world.case().state != "handled":
        world.run(1)
    world.give("check", world.case().id, SUN, passed=True)
    world.give("close", world.case().id, SUN)
    world.run(30)
    assert steps(world)[-2:] == [("checked", "sun"), ("closed", "sun")]


def stay_forced(world: World, until: str, within_s: int) -> int:
    """Let a gate say forced open, whatever is done about it, until a state; the seconds it took."""
    for second in range(within_s):
        world.write([a_state("huodian/gate/1", "forced_open", world.now)])
        if world.case().state == until:
            return second
        world.run(1)
    raise AssertionError(world.case().state)


def test_the_demo_waits_for_an_alarm_to_clear_and_settles_the_case_with_the_truth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(rate=5)
    monkeypatch.setattr(world.sim.rhythm, "report", lambda place, at: [])
    world.run(1)
    stay_forced(world, "handled", 600)
    assert stay_forced(world, "checked", 600) >= HELD_FOR_S - 1
    stay_forced(world, "closed", 600)
    settled = [(entry.type, entry.text) for entry in world.case().log if entry.by == REVIEWER]
    assert settled == [("incident.checked", HELD), ("incident.closed", HELD)]
    assert 590 <= stay_forced(world, "verified", 700) <= 601
    assert world.types("incident.")[-1] == "incident.reopened"


def test_work_sent_back_by_a_person_is_done_again() -> None:
    world = a_world_with()
    while world.case().state != "handled":
        world.run(1)
    world.give("check", world.case().id, SUN, passed=False, text="未见到人")
    world.run(240)
    assert world.case().state == "closed" and world.case().reworks == 1


def test_a_person_who_checks_is_given_the_time_to_do_it() -> None:
    world = a_world_with()
    while world.case().state != "on_scene":
        world.run(1)
    world.give("note", world.case().id, SUN, text="我来复核")
    while world.case().state != "handled":
        world.run(1)
    world.run(60)
    assert world.case().state == "handled"
    world.run(60)
    assert world.case().state in ("checked", "closed")


def test_a_cancelled_case_frees_whoever_was_on_the_way() -> None:
    world = a_world_with()
    while world.case().state != "en_route":
        world.run(1)
    world.give("cancel", world.case().id, text="误按")
    world.run(2)
    assert all(walker.case is None for walker in world.sim.walkers.values())


def test_somebody_with_two_cases_goes_to_one_after_the_other() -> None:
    world = a_world_with()
    world.give("assign", world.case().id, responder=ZHOU)
    world.run(15)
    world.write([a_state("huodian/smoke/9", "smoke", world.now)])
    other = list(world.twin.incidents.values())[1]
    world.give("assign", other.id, responder=ZHOU)
    world.run(500)
    first = next(iter(world.twin.incidents.values()))
    assert first.state == other.state == "closed"
    assert other.times["en_route"] >= first.times["handled"]


def test_when_all_who_know_it_are_busy_somebody_free_is_sent() -> None:
    world = a_world_with()
    for number in (1, 2, 3):
        world.write([a_state(f"huodian/call/{number}", "pressed", world.now)])
    world.run(60)
    sent = [case.working for case in world.twin.open_incidents.values()]
    assert len({who for some in sent for who in some}) == len(sent)


def test_nobody_on_duty_means_the_case_waits() -> None:
    world = a_world_with()
    for responder in world.twin.responders.values():
        responder.duty = "off_duty"
    world.run(60)
    assert world.case().state == "reported"


def test_somebody_the_demo_does_not_play_is_left_alone() -> None:
    world = a_world_with()
    del world.sim.walkers[LI]
    world.give("assign", world.case().id, responder=LI)
    world.run(120)
    assert world.case().state == "assigned"


def test_an_alarm_that_is_no_case_is_seen_after_a_while() -> None:
    world = World(rate=5)
    world.run(SEE_AFTER_S - 5)
    assert any(not alarm.acked for alarm in world.twin.alarms.values())
    world.run(10)
    assert all(alarm.acked and alarm.acked_by == DISPATCHER for alarm in world.twin.alarms.values())


def test_an_alarm_of_a_case_waits_for_whoever_takes_the_case() -> None:
    world = a_world_with("gate_fault")
    world.give("note", world.case().id, CHEN, text="看一下")
    world.run(HANDS_OFF_S - 10)
    assert world.case().state == "reported"
    assert not world.twin.alarms[world.case().alarms[0]].acked


def test_they_look_once_a_second() -> None:
    world = a_world_with()
    world.run(9)
    world.now += timedelta(seconds=5)
    assert len(list(world.sim.commands(world.twin, world.now))) == 1
    assert list(world.sim.commands(world.twin, world.now + timedelta(milliseconds=900))) == []
