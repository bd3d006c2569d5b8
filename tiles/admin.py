"""Packs for phones in the back office: made, made anew and removed, never edited."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from gis import codes
from gis.admin import InJurisdiction, in_jurisdiction
from gis.errors import Refused
from gis.models import User
from tiles import packs, styles
from tiles.models import Pack


class PackForm(forms.ModelForm):
    """What a new pack is to hold. It is made when the form is right, for only then is it known to succeed."""

    editor: User
    layers = forms.MultipleChoiceField(label=_("layers"), widget=forms.CheckboxSelectMultiple)
    first_zoom = forms.IntegerField(label=_("first zoom"), min_value=0, initial=packs.ZOOMS[0])
    last_zoom = forms.IntegerField(label=_("last zoom"), max_value=styles.DRAWN_TO, initial=packs.ZOOMS[-1])

    class Meta:
        model = Pack
        fields = ("region_code", "layers", "first_zoom", "last_zoom")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(layer.name, layer.title) for layer in packs.portable()]
        self.fields["layers"].choices = choices  # type: ignore[attr-defined]
        self.fields["layers"].initial = [name for name, _title in choices]

    def clean_region_code(self) -> str:
        code = self.cleaned_data["region_code"]
        if not codes.is_region_code(code) or not in_jurisdiction(code, self.editor):
            raise ValidationError(_("This is no region of your jurisdiction."))
        return code

    def clean(self) -> None:
        asked = super().clean() or self.cleaned_data
        if self.errors:
            return
        zooms = range(asked["first_zoom"], asked["last_zoom"] + 1)
        if not zooms:
            raise ValidationError(_("The last zoom is not before the first."))
        try:
            self.made = packs.make(asked["region_code"], names=asked["layers"], zooms=zooms)
        except Refused as refused:
            raise ValidationError(str(refused)) from None

    def validate_unique(self) -> None:
        """A pack takes the place of the older one of its region."""


@admin.register(Pack)
class PackAdmin(InJurisdiction):
    list_display = ("region_code", "size", "data_at", "contents", "first_zoom", "last_zoom", "is_common")
    search_fields = ("region_code__startswith",)
    form = PackForm
    actions = ("make_anew",)

    @admin.display(description=_("size"), ordering="bytes")
    def size(self, pack: Pack) -> str:
        return filesizeformat(pack.bytes)

    @admin.display(description=_("layers"))
    def contents(self, pack: Pack) -> str:
        return "、".join(str(layer.title) for layer in packs.portable() if layer.name in pack.layers)

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return self.list_display if obj else self.form.Meta.fields

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"editor": request.user})

    def save_model(self, request, obj, form, change):
        obj.pk = form.made.pk
        obj.refresh_from_db()

    def delete_model(self, request, obj):
        packs.remove(obj)

    def delete_queryset(self, request, queryset):
        for pack in queryset:
            packs.remove(pack)

    @admin.action(description=_("Make the selected packs anew"), permissions=["add"])
    def make_anew(self, request, queryset):
        for pack in queryset:
            if not in_jurisdiction(pack.region_code, request.user):
                continue
            try:
                zooms = range(pack.first_zoom, pack.last_zoom + 1)
                packs.make(pack.region_code, names=pack.layers, zooms=zooms)
            except Refused as refused:
                self.message_user(request, f"{pack.region_code}: {refused}", messages.ERROR)
            else:
                self.message_user(request, _("%(region)s is made anew.") % {"region": pack.region_code})
