"""On and off duty by command: who may, what the state allows, nobody leaves a task in silence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders.twin import (
    ADMINISTRATOR,
    CHEN,
    ELSEWHERE,
    HUODIAN,
    LI,
    LI_SELF,
    LIU,
    NOON,
    SUN,
    VIEWER,
    ZHOU,
    ZHOU_SELF,
    a_call,
    a_twin,
    after,
    give,
    on_duty,
    walk,
)  # fmt: skip
from tests.support.stories import stories
from twin import events as e
from twin.commands.decide import Command, appends, decide
from twin.commands.duty import takes
from twin.commands.roles import Actor
from twin.commands.table import DUTY
from twin.errors import CommandRejected, StaleVersion
from twin.state.twin import Twin


def refusal(
    twin: Twin, name: str, target: str, by: Actor = CHEN, version: int | None = None
) -> CommandRejected:
    with pytest.raises(CommandRejected) as caught:
        decide(twin, Command(name=name, target=target, by=by, version=version), NOON)
    return caught.value


def test_somebody_goes_off_duty_and_comes_back_by_their_own_word(twin: Twin) -> None:
    (off,) = give(twin, "duty_off", ZHOU, ZHOU_SELF, after(9), reason="交班")
    assert isinstance(off, e.ResponderStatus)
    assert (off.id, off.subject, off.by, off.time) == (f"{ZHOU}@1", ZHOU, "zhou", after(9))
    assert off.territory == twin.responders[ZHOU].card.territory
    assert off.data == e.StatusData(status="off_duty", reason="交班", version=1)
    assert twin.responders[ZHOU].status == "off_duty"
    (on,) = give(twin, "duty_on", ZHOU, ZHOU_SELF, after(19), version=1)
    assert isinstance(on, e.ResponderStatus)
    assert on.data == e.StatusData(status="available", version=2)
    zhou = twin.responders[ZHOU]
    assert (zhou.status, zhou.duty_at, zhou.duty_by) == ("available", after(19), "zhou")


def test_the_event_is_appended_by_compare_and_set_of_the_persons_version(twin: Twin) -> None:
    command = Command(name="duty_off", target=ZHOU, by=CHEN)
    (step,) = appends(decide(twin, command, NOON))
    assert (step.thing, step.expected) == (ZHOU, 0)


def test_a_dispatcher_sets_anybodys_duty_in_their_territory(twin: Twin) -> None:
    (off,) = give(twin, "duty_off", LI, CHEN, after(9))
    assert (off.by, twin.responders[LI].status) == ("chen", "off_duty")
    of_one_compound = Actor(account="w", role="dispatcher", prefixes=(HUODIAN,))
    give(twin, "duty_on", LI, of_one_compound, after(19))
    assert twin.responders[LI].duty_by == "w"


@pytest.mark.parametrize("name", DUTY)
def test_nobody_else_may_and_who_is_elsewhere_learns_nothing(twin: Twin, name: str) -> None:
    for by in (VIEWER, SUN, ADMINISTRATOR):
        assert refusal(twin, name, ZHOU, by).code == "not_permitted"
    assert refusal(twin, name, ZHOU, LI_SELF).code == "not_permitted"
    unlinked = Actor(account="new", role="responder", prefixes=(HUODIAN,))
    assert refusal(twin, name, ZHOU, unlinked).code == "not_permitted"
    elsewhere = refusal(twin, name, ZHOU, ELSEWHERE)
    invented = refusal(twin, name, "huodian/responder/nobody", ELSEWHERE)
    assert elsewhere.code == invented.code == "unknown"
    assert set(elsewhere.detail) == set(invented.detail) == set()


def test_an_own_card_is_reached_whatever_the_account_may_see(twin: Twin) -> None:
    narrow = Actor(account="zhou", role="responder", prefixes=(f"{HUODIAN}.g9",), responder=ZHOU)
    give(twin, "duty_off", ZHOU, narrow, after(9))
    assert twin.responders[ZHOU].status == "off_duty"


def test_who_was_slower_hears_what_is_true_now_and_who_made_it_so(twin: Twin) -> None:
    give(twin, "duty_off", ZHOU, LIU, after(9), version=0)
    stale = refusal(twin, "duty_off", ZHOU, CHEN, version=0)
    assert isinstance(stale, StaleVersion)
    at = int(after(9).timestamp() * 1000)
    assert stale.detail == {"state": "off_duty", "version": 1, "by": "liu", "at": at}


def test_a_state_that_is_there_already_is_no_change(twin: Twin) -> None:
    assert refusal(twin, "duty_on", ZHOU).code == "illegal_state"
    give(twin, "duty_off", ZHOU)
    refused = refusal(twin, "duty_off", ZHOU)
    assert (refused.code, refused.detail["state"]) == ("illegal_state", "off_duty")


@pytest.mark.parametrize("by", [CHEN, ZHOU_SELF], ids=lambda by: by.account)
@pytest.mark.parametrize("until", ["assigned", "accepted", "en_route", "on_scene"])
def test_nobody_goes_off_duty_in_the_middle_of_a_task_and_the_task_is_named(
    twin: Twin, by: Actor, until: str
) -> None:
    incident = a_call(twin)
    walk(twin, incident, until)
    refused = refusal(twin, "duty_off", ZHOU, by)
    assert refused.code == "illegal_state"
    assert refused.detail["incidents"] == [incident]
    assert incident in refused.reason and "hand over" in refused.reason


def test_handed_over_or_handled_the_way_off_duty_is_free(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "accepted")
    give(twin, "reassign", incident, CHEN, after(50), responder=LI)
    give(twin, "duty_off", ZHOU, ZHOU_SELF, after(51))
    other = a_call(twin, after(60))
    assert other == incident, "the same case, with li on it"
    for n, name in enumerate(("accept", "start", "arrive", "handle")):
        give(twin, name, incident, CHEN, after(70 + n))
    give(twin, "duty_off", LI, LI_SELF, after(90))
    assert twin.responders[LI].status == "off_duty"


def test_a_task_that_the_asker_may_not_see_is_not_named_to_them(twin: Twin) -> None:
    incident = a_call(twin)
    walk(twin, incident, "assigned")
    card = twin.responders[ZHOU].card
    assert twin.incidents[incident].territory != card.territory
    twin.incidents[incident].territory = "lusong.hejiatu.other"
    of_the_compound = Actor(account="w", role="dispatcher", prefixes=(HUODIAN,))
    refused = refusal(twin, "duty_off", ZHOU, of_the_compound)
    assert refused.detail["incidents"] == []
    assert incident not in refused.reason


@given(stories(), st.sampled_from(sorted(DUTY)))
def test_what_a_card_says_it_takes_is_what_the_server_takes(log: list[e.Event], name: str) -> None:
    twin = a_twin()
    for event in log:
        twin.apply(event)
    for responder in twin.responders.values():
        command = Command(name=name, target=responder.id, by=CHEN, version=responder.version)
        try:
            decide(twin, command, NOON)
            taken = True
        except CommandRejected as refused:
            assert refused.code == "illegal_state"
            taken = False
        assert taken == (name in takes(responder))


def test_somebody_who_had_left_for_a_while_can_be_put_back_on_or_sent_home(twin: Twin) -> None:
    twin.apply(on_duty(ZHOU, "unavailable", after(1)))
    assert takes(twin.responders[ZHOU]) == ["duty_on", "duty_off"]
    give(twin, "duty_on", ZHOU, CHEN, after(2))
    assert twin.responders[ZHOU].status == "available"
