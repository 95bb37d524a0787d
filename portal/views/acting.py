"""A form opened for one creditor is never taken for another: the person may have switched in a second tab."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.people_forms import ACTING_FOR


def for_the_same_creditor(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A POST whose `acting_for` is not the creditor on screen does nothing and leads back to the page, with why."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not _is_for(request):
                messages.error(
                    request,
                    _("Vous agissez maintenant pour %(name)s : rien n’a été fait. Vérifiez, puis recommencez.")
                    % {"name": request.creditor.name},
                )
                return redirect(page)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _is_for(request: Any) -> bool:
    """A form that says nothing can only be taken for the one creditor of a person who has one."""
    said = request.POST.get(ACTING_FOR, "")
    return said == str(request.creditor.pk) or (not said and len(request.memberships) == 1)
