"""The demo's sign-ins for the sign-in page."""

from django import template

from demo.people import PASSWORD, SIGN_INS

register = template.Library()


@register.simple_tag
def demo_sign_ins():
    return SIGN_INS


@register.simple_tag
def demo_password() -> str:
    return PASSWORD
