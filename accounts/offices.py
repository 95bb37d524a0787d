"""An office's own page, kept by its people."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import OfficeProfile, User
from core.audit import note
from documents.services import store_upload
from documents.sniffing import Refused
from notifications.models import Channel, Message
from notifications.outbox import queue
from tenants.models import Office

IMAGES = ("image/png", "image/jpeg")


def profile_of(office: Office) -> OfficeProfile:
    """The office's profile; an empty one, not yet kept, when nothing was said."""
    return OfficeProfile.objects.filter(office=office).first() or OfficeProfile(office=office, brand_id=office.brand_id)


@transaction.atomic
def change_profile(profile: OfficeProfile, *, iban: str, signature: Any, by: User, now: datetime) -> None:
    """Keep what the office says; a new third-party account is told to the office's address. sniffing.Refused for a bad image."""
    if iban and (not profile.third_party_iban_sealed or iban != profile.third_party_iban()):
        profile.seal_third_party(iban)
        _tell_account(profile, by=by, now=now)
    if signature:
        profile.signature = _image(profile, signature)
    profile.changed_by, profile.changed_at = str(by), now
    profile.save()
    note("fiche d’étude modifiée", f"office:{profile.office_id}", by=str(by), now=now)


def _image(profile: OfficeProfile, file: Any) -> Any:
    kept = store_upload(file.read(), name=file.name, brand_id=profile.brand_id, office_id=profile.office_id)
    if kept.media_type not in IMAGES:
        raise Refused("La signature est une image : PNG ou JPEG.")
    return kept


@transaction.atomic
def set_available(office: Office, *, available: bool, by: User, now: datetime) -> None:
    """Whether new dossiers are routed here; those under way stay."""
    office.is_available = available
    office.save(update_fields=["is_available"])
    word = "étude disponible" if available else "étude indisponible"
    note(word, f"office:{office.pk}", by=str(by), now=now)


def _tell_account(profile: OfficeProfile, *, by: User, now: datetime) -> None:
    office = profile.office
    queue(
        Message(
            brand_id=profile.brand_id, office_id=office.pk, key=f"third-party-{office.pk}-{now.timestamp()}",
            kind="third_party_changed", channel=Channel.EMAIL, recipient={"name": office.name, "email": office.email},
            payload={"masked": profile.third_party_masked, "by": str(by), "house": office.name}, created_at=now, try_at=now,
        )
    )  # fmt: skip
