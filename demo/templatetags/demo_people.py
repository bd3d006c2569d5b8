"""The demo's sign-ins for the sign-in page."""

from django import template

from demo.people import PASSWORD, SIGN_INS
from gis.models import User

register = template.Library()


@register.simple_tag
def demo_sign_ins():
    """Those of the demo's people who are in the database: none in one's own city."""
    there = set(
        User.objects.filter(username__in=[one.username for one in SIGN_INS]).values_list(
            "username", flat=True
        )
    )
    return [one for one in SIGN_INS if one.username in there]


@register.simple_tag
def demo_password() -> str:
    return PASSWORD
