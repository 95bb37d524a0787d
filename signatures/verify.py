"""Who signed a file, what and when: read from the file itself, and compared with what this database keeps."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from documents.inspection import Inspection, inspect
from signatures import evidence
from signatures.models import Proof, Signature

FACT_FILES = ("preuve.json", "signature.json")


@dataclass(slots=True)
class Verdict:
    """The answer about one file. `faults` are sentences; without any, who, what and when can be relied upon."""

    who: str = ""
    what: str = ""
    when: str = ""
    sha256: str = ""
    sealed_by: str = ""
    stamped_at: str = ""
    known_here: bool = False
    faults: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.faults


def verify(pdf: bytes) -> Verdict:
    """Judge a sealed PDF: its seal, the facts it carries, the bytes that were read, and the chain kept here."""
    found = inspect(pdf)
    verdict = Verdict(faults=list(found.faults), sha256=hashlib.sha256(pdf).hexdigest(), sealed_by=found.sealed_by)
    verdict.stamped_at = found.stamped_at.isoformat() if found.stamped_at else ""
    if (facts := _facts(found, verdict)) is not None:
        _tell(facts, verdict)
        _check_read_bytes(pdf, found, facts, verdict)
        _compare_with_ours(facts, verdict)
    return verdict


def _facts(found: Inspection, verdict: Verdict) -> dict[str, Any] | None:
    name = next((name for name in FACT_FILES if name in found.files), None)
    if name is None:
        if found.holds:
            verdict.faults.append("Ce fichier est scellé, mais ne dit pas qui l’a signé.")
        return None
    try:
        facts: dict[str, Any] = json.loads(found.files[name])
        signed = {key: value for key, value in facts.items() if key != "papers"}
        if evidence.digest(signed) != facts["chain"]["hash"]:
            verdict.faults.append("Les faits joints au fichier ne correspondent pas à leur empreinte.")
    except (ValueError, KeyError, TypeError):
        verdict.faults.append("Les faits joints au fichier ne se lisent pas.")
        return None
    return facts


def _tell(facts: dict[str, Any], verdict: Verdict) -> None:
    verdict.facts = facts
    verdict.who = f"{facts['signer']['name']} ({facts['signer']['identity'] or facts['signer']['person']})"
    verdict.what = f"{facts['deed']['kind']} {facts['deed']['reference']}, « {facts['document']['name']} »"
    verdict.when = facts["signed_at"]


def _check_read_bytes(pdf: bytes, found: Inspection, facts: dict[str, Any], verdict: Verdict) -> None:
    """A signed paper begins with the very bytes that were read; a proof file is another paper."""
    if "signature.json" not in found.files:
        return
    read = pdf[: facts["document"]["size"]]
    if hashlib.sha256(read).hexdigest() != facts["document"]["sha256"]:
        verdict.faults.append("Les pages signées ne sont pas celles qui ont été lues.")


def _compare_with_ours(facts: dict[str, Any], verdict: Verdict) -> None:
    """The seal is older than any later change of our rows: where they differ, the file is right."""
    chain, person = facts["chain"], facts["signer"]["person"]
    ours = Signature.objects.filter(person=person, number=chain["number"], evidence__deed=facts["deed"]).first()
    if ours is None:
        return
    verdict.known_here = True
    if ours.hash != chain["hash"] or evidence.digest(ours.evidence) != chain["hash"]:
        verdict.faults.append(f"La base a été changée depuis la signature : ligne {ours.pk}.")
        return
    if verdict.sha256 not in _kept(ours):
        verdict.faults.append("Ce fichier n’est pas, octet pour octet, celui que la plateforme garde.")
    mates = Signature.objects.filter(creditor_id=ours.creditor_id, dossier_id=ours.dossier_id).order_by("number")
    if broken := evidence.first_broken(list(mates)):
        verdict.faults.append(f"La chaîne des signatures est rompue dans la base : ligne {broken.pk}.")


def _kept(ours: Signature) -> set[str]:
    """Hashes of the files made for this signature."""
    proof = Proof.objects.filter(signature=ours).select_related("stamped", "file").first()
    return {ours.sealed.sha256} | ({proof.stamped.sha256, proof.file.sha256} if proof else set())
