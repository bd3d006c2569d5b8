"""How well invented addresses from all over the country are read, in whole parts, by grammar alone."""

from pathlib import Path

import pytest

from geocoder import parse
from geocoder.elements import Kind
from tests.geocoder.addresses import Address, agreement, read_table

TABLES = ("parse_addresses.txt", "parse_messy.txt")


def agreement_on(addresses: list[Address]):
    read = [(a, [(element.kind.value, element.text) for element in parse(a.text)]) for a in addresses]
    return agreement(read)


@pytest.mark.parametrize("table, f1", [("parse_addresses.txt", 0.95), ("parse_messy.txt", 0.90)])
def test_addresses_are_read_as_labelled(table, f1):
    assert agreement_on(read_table(Path(__file__).with_name(table)))["all"].f1 >= f1


@pytest.mark.parametrize("table", TABLES)
def test_no_rule_serves_only_the_addresses_it_was_made_for(table):
    addresses = read_table(Path(__file__).with_name(table))
    held_out = agreement_on(addresses[2::3])["all"].f1
    assert held_out >= agreement_on(addresses)["all"].f1 - 0.04


@pytest.mark.parametrize(
    "kind, f1",
    [
        ("province", 0.97),
        ("city", 0.97),
        ("district", 0.97),
        ("street", 0.90),
        ("road", 0.92),
        ("road_number", 0.92),
        ("poi", 0.80),
        ("building", 0.88),
        ("unit", 0.90),
        ("floor", 0.95),
        ("room", 0.90),
    ],
)
def test_every_kind_is_read(kind, f1):
    addresses = [address for table in TABLES for address in read_table(Path(__file__).with_name(table))]
    assert agreement_on(addresses)[kind].f1 >= f1


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_name_kinds_that_exist(table):
    kinds = {kind for address in read_table(Path(__file__).with_name(table)) for kind, _ in address.parts}
    assert kinds <= {kind.value for kind in Kind}
