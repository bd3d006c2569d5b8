"""The map workbench: layers, search, range queries and measuring on one map."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from tiles import regions


@login_required
def workbench(request):
    return render(request, "tiles/workbench.html", {"bounds": regions.bounds_of(request.user)})
