from gis.layers import layers
from tests import city


def test_every_layer_has_something_in_the_town(town, chief):
    empty = [layer.name for layer in layers if not layer.visible_to(chief).exists()]
    assert empty == []


def test_the_neighbour_sees_nothing_of_the_town(town, stranger):
    for layer in layers:
        codes = set(layer.visible_to(stranger).values_list("region_code", flat=True))
        assert not any(code.startswith(city.DISTRICT) for code in codes), layer.name
