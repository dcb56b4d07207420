from __future__ import annotations

from tests.support.builders.twin import GATE, ZHOU, a_state, after, on_duty
from tests.support.catalogues import CATALOGUE
from twin.state.records import traits_of
from twin.state.twin import Twin


def test_the_first_quantity_of_a_kind_is_the_primary_one() -> None:
    traits = traits_of("manhole", CATALOGUE.devices["manhole"])
    assert traits.primary == "water_level_m"
    assert traits.codes == {"closed": 0, "open": 1, "shifted": 2, "fault": 3}
    assert traits_of("camera", CATALOGUE.devices["camera"]).primary == ""


def test_a_code_is_the_position_of_the_state_in_the_kinds_list(twin: Twin) -> None:
    twin.apply(a_state(GATE, "forced_open"))
    device = twin.devices[GATE]
    assert (device.code, device.state) == (3, "forced_open")


def test_an_unavailable_responder_stays_so_whatever_the_assignments(twin: Twin) -> None:
    responder = twin.responders[ZHOU]
    twin.apply(on_duty(ZHOU, "unavailable", after(1)))
    responder.assignments = ("INC-1121-0001",)
    assert (responder.status, responder.incident) == ("unavailable", "INC-1121-0001")
