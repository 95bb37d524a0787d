"""XML from strangers: no document type, so no entity; no network; a bounded size, depth and number of elements."""

from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 40
MAX_ELEMENTS = 200_000
STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


class XmlRefused(ValueError):
    """The XML is broken, armed or beyond all measure; the message tells its sender what to do."""


def is_xml(content: bytes) -> bool:
    """Whether the bytes begin as XML does, in any of its encodings."""
    return content[:64].lstrip(b" \t\r\n").startswith(STARTS)


def parse(content: bytes) -> Any:
    """The root element; XmlRefused with a sentence otherwise."""
    if len(content) > MAX_BYTES:
        raise XmlRefused(_("Ce fichier XML est trop volumineux pour une facture."))
    parser = etree.XMLParser(
        target=_Bounded(), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(content, parser)
    except XmlRefused:
        raise
    except (etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise XmlRefused(_("Ce fichier XML est abîmé : il ne s’ouvre pas. Exportez-le de nouveau.")) from error


def name_of(element: Any) -> str:
    """The element's name without its name space."""
    return str(element.tag).rsplit("}", 1)[-1]


class _Bounded:
    """Builds the tree while counting, so that a bomb stops at its first spark."""

    def __init__(self) -> None:
        self.builder = etree.TreeBuilder()
        self.depth = self.count = 0
        self.refusal: XmlRefused | None = None

    def doctype(self, *names: Any) -> None:
        self._refuse(
            _("Ce fichier XML porte une déclaration DOCTYPE, qu’une facture n’a jamais. Exportez-le de nouveau.")
        )

    def start(self, tag: Any, attributes: Any) -> Any:
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.depth > MAX_DEPTH or self.count > MAX_ELEMENTS:
            self._refuse(_("Ce fichier XML est trop profond ou trop long pour une facture."))
        return self.builder.start(tag, attributes)

    def end(self, tag: Any) -> Any:
        self.depth -= 1
        return self.builder.end(tag)

    def data(self, text: str) -> None:
        self.builder.data(text)

    def comment(self, text: str) -> None:
        """Nothing in a comment counts."""

    def close(self) -> Any:
        """Called after a refusal too, whose sentence must not give way to that of a tree half built."""
        if self.refusal:
            raise self.refusal
        return self.builder.close()

    def _refuse(self, sentence: str) -> None:
        self.refusal = XmlRefused(sentence)
        raise self.refusal
