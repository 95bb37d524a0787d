"""Requests to a service of somebody else: within seconds and bytes, and nowhere else than where they were sent."""

import time
from typing import Any

import requests

SECONDS = 5.0  # for a whole answer, however slowly it drips
SILENCE = (2.0, 3.0)  # to connect; between two pieces of the answer
MOST_BYTES = 256 * 1024
PIECE = 16 * 1024


class BoundedSession(requests.Session):
    """RequestException when the service is away, slow, talkative or sends elsewhere."""

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        limits = {"timeout": SILENCE, "allow_redirects": False, "stream": True}
        until = time.monotonic() + SECONDS
        answer = super().request(method, url, *args, **kwargs | limits)
        with answer:
            answer._content = _read(answer, until)
        if answer.is_redirect:
            raise requests.TooManyRedirects("sent elsewhere", response=answer)
        return answer


def _read(answer: requests.Response, until: float) -> bytes:
    body = b""
    while piece := answer.raw.read1(PIECE, decode_content=True):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > until:
            raise requests.Timeout("the answer has no end", response=answer)
    return body
