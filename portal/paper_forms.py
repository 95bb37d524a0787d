"""Where a debtor receives the code that signs: only at what the creditor knew of him, never at what is typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.phones import is_mobile
from dossiers.models import Dossier
from signatures.codes import masked
from signatures.models import CodeChannel


def ways_to(dossier: Dossier) -> dict[str, str]:
    """Channel → address on record; empty when no code can be sent to the debtor."""
    debtor = dossier.debtor
    if debtor is None:
        return {}
    phone = str(debtor.phone or "")
    found = {CodeChannel.EMAIL: debtor.email, CodeChannel.SMS: phone if phone and is_mobile(phone) else ""}
    return {channel.value: address for channel, address in found.items() if address}


class DebtorChannelForm(forms.Form):
    """Which of the addresses on record gets the code."""

    channel = forms.ChoiceField(
        label=gettext_lazy("Recevoir le code par"), widget=forms.RadioSelect({"class": "radio-cards"}),
        error_messages={"required": gettext_lazy("Choisissez comment recevoir le code.")},
        help_text=gettext_lazy(
            "Cette adresse n’est pas la vôtre ? Renvoyez le formulaire joint à la lettre, ou émargez-la à l’étude."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ways = ways_to(dossier)
        self.fields["channel"].choices = [  # type: ignore[attr-defined]
            (channel, f"{CodeChannel(channel).label} ({masked(address)})") for channel, address in self.ways.items()
        ]
