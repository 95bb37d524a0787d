"""Whether this process can serve: for balancers and for people who watch; names nobody."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"base": "indisponible"}, status=503)
    return JsonResponse({"base": "ok"})
