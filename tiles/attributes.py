"""What values a layer's attributes have."""

from typing import Any

from django.db.models import Field

from gis.layers import Layer

_KINDS = {
    "CharField": "text",
    "TextField": "text",
    "BooleanField": "boolean",
    "DateTimeField": "time",
    "DateField": "date",
}
_WHOLE = {
    "IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField", "PositiveBigIntegerField",
    "PositiveSmallIntegerField", "AutoField", "BigAutoField", "SmallAutoField",
}  # fmt: skip


def output_field_of(layer: Layer, name: str) -> Field:
    """The field that says what values attribute ``name`` has; a generated column's is inside it."""
    field = layer.field_of(name)
    return getattr(field, "output_field", None) or field


def kind_of(field: Field) -> str:
    """text, number, boolean, time or date."""
    return _KINDS.get(field.get_internal_type(), "number")


def schema_of(layer: Layer, name: str) -> dict[str, Any]:
    """An attribute in words of JSON Schema."""
    field = output_field_of(layer, name)
    described: dict[str, Any] = {"title": str(layer.titles[name])}
    match kind_of(field):
        case "number":
            described["type"] = "integer" if field.get_internal_type() in _WHOLE else "number"
        case "time":
            described |= {"type": "string", "format": "date-time"}
        case "date":
            described |= {"type": "string", "format": "date"}
        case kind:
            described["type"] = {"text": "string"}.get(kind, kind)
    if choices := [key for key, _label in field.flatchoices]:
        described["enum"] = choices
    return described
