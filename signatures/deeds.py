"""What can be signed: any paper, with what the signer agrees to."""

from dataclasses import dataclass, field

from documents.models import Document


@dataclass(frozen=True, slots=True)
class Deed:
    """A paper to sign. `kind` is what a lawyer calls it, `consent` the sentence on screen beside the button."""

    document: Document
    kind: str
    reference: str
    consent: str
    version: str
    details: dict[str, str] = field(default_factory=dict)
