"""What the form of sign-up asks of public registers, through us: the browser itself talks to nobody else.

These addresses stand outside the transaction of a request: an outside service is never awaited with one open.
"""

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import registers


@never_cache
@require_POST
def company(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="register"):
        return JsonResponse({}, status=429)
    return JsonResponse({"company": registers.company_of(request.POST.get("number", "")[:20])})


@never_cache
@require_POST
def address(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="register"):
        return JsonResponse({}, status=429)
    return JsonResponse({"places": registers.places_like(request.POST.get("text", "")[:200])})
