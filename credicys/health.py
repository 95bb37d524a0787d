"""Whether this process can serve: for balancers and for people who watch; names nobody."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from core import erasures
from tenants.context import WORKER, acting_as


def health(request: HttpRequest) -> JsonResponse:
    """200 when the base answers and knows every erasure of the ledger; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with acting_as(WORKER):
            is_behind = bool(erasures.missing())
    except DatabaseError:
        return JsonResponse({"base": "indisponible"}, status=503)
    except (OSError, ValueError, TypeError):
        return JsonResponse({"base": "ok", "effacements": "registre illisible"}, status=503)
    if is_behind:  # restored from before an erasure: manage.py replay_erasures
        return JsonResponse({"base": "ok", "effacements": "à refaire"}, status=503)
    return JsonResponse({"base": "ok"})
