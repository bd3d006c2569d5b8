from django.urls import path

from grids import pages
from grids.api import edits, history, responsibility
from grids.versions import RESPONSIBILITY, UNITS

UNIT, DUTY = "api/unit-grids", "api/responsibility-grids"
VERBS = (
    (UNIT, "reshape", UNITS, edits.ReshapeSerializer, "Reshape unit grids"),
    (UNIT, "split", UNITS, edits.SplitSerializer, "Split a unit grid"),
    (UNIT, "merge", UNITS, edits.MergeSerializer, "Merge adjacent unit grids"),
    (UNIT, "retire", UNITS, edits.RetireSerializer, "Retire a unit grid"),
    (UNIT, "draft", UNITS, edits.DraftSerializer, "Draft the unit grids of a community"),
    (UNIT, "restore", UNITS, history.RestoreSerializer, "Restore an earlier unit grid"),
    (DUTY, "reshape", RESPONSIBILITY, edits.ReshapeSerializer, "Reshape responsibility grids"),
    (DUTY, "split", RESPONSIBILITY, edits.SplitSerializer, "Split a responsibility grid"),
    (DUTY, "merge", RESPONSIBILITY, edits.MergeSerializer, "Merge adjacent responsibility grids"),
    (DUTY, "transfer", RESPONSIBILITY, edits.TransferSerializer, "Transfer unit grids"),
    (DUTY, "retire", RESPONSIBILITY, edits.RetireSerializer, "Retire a responsibility grid"),
    (DUTY, "restore", RESPONSIBILITY, history.RestoreSerializer, "Restore an earlier responsibility grid"),
)


def verbs():
    """Each verb's address, and the one that only tells what it would do."""
    for grids, verb, level, asks, what in VERBS:
        preview, do = edits.views_of(level, asks, what)
        yield path(f"{grids}/{verb}/preview", preview.as_view())
        yield path(f"{grids}/{verb}", do.as_view())


def pasts():
    """What became of a grid, and what changed between two days."""
    for grids, level in ((UNIT, UNITS), (DUTY, RESPONSIBILITY)):
        yield path(f"{grids}/<int:pk>/lineage", history.LineageView.as_view(level=level))
        yield path(f"{grids}/changes", history.ChangesView.as_view(level=level))


urlpatterns = [
    path("grids", pages.drawing_table, name="grids"),
    path(DUTY, responsibility.GridsView.as_view(), name="api-responsibility-grids"),
    path(f"{DUTY}/fit", responsibility.FitView.as_view(), name="api-responsibility-grids-fit"),
    path(f"{DUTY}/<int:pk>/officers", responsibility.GridOfficersView.as_view(), name="api-grid-officers"),
    path(f"{DUTY}/at", edits.GridAtView.as_view(level=RESPONSIBILITY)),
    path(f"{UNIT}/at", edits.GridAtView.as_view(level=UNITS)),
    path("api/communities/at", edits.CommunityAtView.as_view()),
    *verbs(),
    *pasts(),
    path("api/officers", responsibility.OfficersView.as_view(), name="api-officers"),
]
