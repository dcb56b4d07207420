"""Words and sounds belong to the catalogue that they were handed with."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as changed

from tests.support.catalogues import CATALOGUE, LANGUAGE
from twin.addresses.language import Language
from twin.addresses.parser import parse


def test_two_languages_of_one_process_each_read_by_their_own_words() -> None:
    words = CATALOGUE.address_words
    more = changed(words, devices={**words.devices, "lamp": (*words.devices["lamp"], "亮杆")})
    other = Language(replace(CATALOGUE, address_words=more))
    assert parse("亮杆 LP-031", other).device == "lamp"
    assert parse("亮杆 LP-031", LANGUAGE).device == ""


def test_a_device_kind_of_the_catalogue_is_called_by_its_label_in_an_address() -> None:
    buoy = changed(CATALOGUE.devices["lamp"], label="浮标")
    other = Language(replace(CATALOGUE, devices={**CATALOGUE.devices, "buoy": buoy}))
    assert parse("浮标 3号", other).device == "buoy"
    assert parse("浮标 3号", LANGUAGE).device == ""


def test_two_languages_of_one_process_each_hear_by_their_own_table() -> None:
    rows = tuple(row for row in CATALOGUE.sounds if row.syllable != "huo")
    other = Language(replace(CATALOGUE, sounds=rows))
    assert LANGUAGE.readings.of("火") == ("huo",) and other.readings.of("火") == ()


def test_a_name_is_kept_in_the_one_way_of_writing_of_its_language() -> None:
    assert LANGUAGE.plain("３棟") == "3幢" and LANGUAGE.plain.cache_info().maxsize == 65536
