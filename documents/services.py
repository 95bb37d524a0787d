"""Storing what people and the platform write."""

from typing import Any

from documents.models import Document
from documents.sniffing import sniff


def store_upload(content: bytes, *, name: str, **owners: Any) -> Document:
    """Keep a file that somebody sent, after opening it with a real parser; sniffing.Refused says why not."""
    clean_name, media_type = sniff(content, name)
    return store(content, name=clean_name, media_type=media_type, **owners)


def store(content: bytes, *, name: str, media_type: str, **owners: Any) -> Document:
    """Keep a file that the platform made."""
    document = Document(name=name, media_type=media_type, **owners)
    document.keep(content)
    return document
