"""The manual: a table of contents and one page a chapter."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from core.http import readonly
from portal.help import BY_SLUG, CHAPTERS


@readonly
def contents(request: Any) -> HttpResponse:
    parts = {part: [c for c in CHAPTERS if c.part == part] for part in dict.fromkeys(c.part for c in CHAPTERS)}
    return render(request, "portal/help/contents.html", {"parts": parts.items()})


@readonly
def chapter(request: Any, slug: str) -> HttpResponse:
    """One chapter, with those before and after it."""
    if slug not in BY_SLUG:
        raise Http404
    place = CHAPTERS.index(BY_SLUG[slug])
    around = {
        "before": CHAPTERS[place - 1] if place else None,
        "after": CHAPTERS[place + 1] if place + 1 < len(CHAPTERS) else None,
    }
    return render(request, "portal/help/chapter.html", {"chapter": CHAPTERS[place]} | around)
