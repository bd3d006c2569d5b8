"""For whoever watches the processes."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse


def alive(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request):
    """The process can serve: the database answers and its schema is the code's."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if waiting:
        return JsonResponse({"status": "migrations wait", "count": len(waiting)}, status=503)
    return JsonResponse({"status": "ok"})
