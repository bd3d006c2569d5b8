"""The drawing table: responsibility grids on the map, drawn by GIS administrators, read by everyone."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from gis.roles import Role
from tiles import regions


@login_required
def drawing_table(request):
    settings = {
        "user": request.user.pk,
        "bounds": regions.bounds_of(request.user),
        "draws": draws(request.user),
    }
    return render(request, "grids/drawing_table.html", {"settings": settings, "draws": draws(request.user)})


def draws(user) -> bool:
    return user.has_role(Role.GIS_ADMINISTRATOR)
