"""The end of « voir comme »."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import seeing
from core import clock


@require_POST
def stop(request: Any) -> HttpResponse:
    seeing.stop(request, now=clock.now())
    return redirect("portal-entrance")
