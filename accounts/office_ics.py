"""An office's own SEPA creditor identifier: whoever collects does so under its own, never under one for all."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import IcsState, OfficeIcs, User
from accounts.profile import ChangeRefused
from core.audit import note
from core.identifiers import check_ics
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.models import Brand, Office


def ics_of(office: Office) -> str:
    """Under which identifier the office collects; empty while none is confirmed."""
    found = OfficeIcs.objects.filter(office=office, state=IcsState.IN_FORCE).first()
    return found.ics if found else ""


@transaction.atomic
def propose(office: Office, typed: str, *, by: User, now: datetime) -> OfficeIcs:
    """Propose an identifier whose check digits are right; it serves once somebody else confirmed it."""
    try:
        ics = check_ics(typed)
    except ValueError as error:
        raise ChangeRefused(str(error)) from error
    if Brand.objects.filter(creditor_id_sepa=ics).exists():
        raise ChangeRefused(
            _("Cet identifiant est celui de la plateforme, pour ses propres frais : donnez celui de l’étude.")
        )
    if ics == ics_of(office):
        raise ChangeRefused(_("Cet identifiant est déjà celui de l’étude."))
    made = OfficeIcs(
        brand_id=office.brand_id, office=office, ics=ics, proposed_by=str(by), proposer_key=by.pk, proposed_at=now
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise ChangeRefused(
            _("Un identifiant attend déjà d’être confirmé : confirmez-le ou écartez-le d’abord.")
        ) from error
    note("ICS proposé", f"office:{office.pk}", by=str(by), now=now, reason=ics)
    _tell(made, "proposed", by=by, now=now)
    return made


@transaction.atomic
def decide(found: OfficeIcs, *, approve: bool, by: User, now: datetime) -> None:
    """A second person's word, of the office or of support; who proposed may only take it back.

    From then on new mandates carry it. Those that exist keep the identifier that their debtor signed.
    """
    found = OfficeIcs.objects.select_for_update(of=("self",)).select_related("office").get(pk=found.pk)
    if found.state != IcsState.WAITING:
        raise ChangeRefused(_("Cet identifiant a déjà reçu une réponse."))
    if approve and found.proposer_key == by.pk:
        raise ChangeRefused(_("Une autre personne que celle qui l’a proposé doit confirmer cet identifiant."))
    if approve:
        OfficeIcs.objects.filter(office=found.office_id, state=IcsState.IN_FORCE).update(state=IcsState.REPLACED)
    found.state = IcsState.IN_FORCE if approve else IcsState.REFUSED
    found.decided_by, found.decider_key, found.decided_at = str(by), by.pk, now
    try:
        with transaction.atomic():
            found.save(update_fields=["state", "decided_by", "decider_key", "decided_at"])
    except IntegrityError as error:
        raise ChangeRefused(_("Cet identifiant est déjà celui d’une autre étude : écrivez au support.")) from error
    note(
        "ICS confirmé" if approve else "ICS écarté", f"office:{found.office_id}", by=str(by), now=now, reason=found.ics
    )
    _tell(found, "confirmed" if approve else "refused", by=by, now=now)


def _tell(found: OfficeIcs, what: str, *, by: User, now: datetime) -> None:
    office = found.office
    queue(
        Message(
            brand_id=found.brand_id, office_id=office.pk, key=f"office-ics-{found.pk}-{what}", kind="office_ics",
            channel=Channel.EMAIL, recipient={"name": office.name, "email": office.email},
            payload={"ics": found.ics, "by": str(by), "house": office.name, "what": what}, created_at=now, try_at=now,
        )
    )  # fmt: skip
