"""Holds as pages show them: what each stops, what becomes of the running term, and how it ends."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from core.actors import Side
from dossiers.enums import ItemKind
from dossiers.models import Dossier, Item
from portal.presenters import days_left
from procedures.effects import EFFECTS, PRESCRIPTION, clock, consequences
from procedures.enums import DisputeReason, HoldKind, HoldState, MatchState
from procedures.models import Deadline, Hold, Insolvency, PaperKind

TONES = {
    HoldState.TO_VERIFY: "warning",
    HoldState.CONFIRMED: "danger",
    HoldState.REFUSED: "neutral",
    HoldState.LIFTED: "neutral",
}
MATCH_TONES = {MatchState.TO_CONFIRM: "warning", MatchState.CONFIRMED: "danger", MatchState.DISMISSED: "neutral"}
OF_AN_ITEM = gettext_noop("Cet élément reste au solde ; rien n’est réclamé pour lui, ni relance ni procédure.")


@dataclass(frozen=True, slots=True)
class Shown:
    """One hold, in the words of whoever looks."""

    key: int
    label: str
    state: str
    tone: str
    set_at: datetime
    set_by: str
    text: str
    on: date | None
    proof: str
    document: Any
    stops: list[str]
    clock: str
    back: str
    article: str
    is_standing: bool
    is_to_verify: bool
    is_request: bool
    ended_at: datetime | None
    end_reason: str


def shown(dossier: Dossier, *, viewer: str) -> list[Shown]:
    """Every hold of the dossier, those that stand first; words and proofs for the office only."""
    holds = list(dossier.holds.select_related("item", "document"))
    deadline = Deadline.objects.filter(dossier=dossier).order_by("-pk").first()
    term = clock(deadline.kind) if deadline and (not deadline.settled_at or deadline.outcome == "paused") else None
    told = f"{_(term.reason)} {_(PRESCRIPTION)}" if term else _(PRESCRIPTION)
    found = [_shown(hold, told, is_office=viewer == Side.OFFICE) for hold in holds]
    return sorted(found, key=lambda hold: not hold.is_standing)


def _shown(hold: Hold, told: str, *, is_office: bool) -> Shown:
    effect = EFFECTS[HoldKind(hold.kind)]
    kind = HoldKind(hold.kind)
    name = f"{kind.label} : {hold.item}" if hold.item else str(kind.label)
    words = [
        hold.get_code_display() if hold.code else "",
        hold.text if is_office or hold.kind == HoldKind.CLOSURE else "",
    ]
    return Shown(
        key=hold.pk, label=name, state=hold.get_state_display(), tone=TONES[HoldState(hold.state)], set_at=hold.set_at,
        set_by=hold.set_by, text=" – ".join(word for word in words if word), on=hold.effective_on,
        proof=hold.proof if is_office else "", document=hold.document if is_office else None,
        stops=[_(OF_AN_ITEM)] if hold.item_id else consequences(hold.kind), clock="" if hold.item_id else told,
        back=_(effect.back), article=effect.article, is_standing=hold.is_standing,
        is_to_verify=hold.state == HoldState.TO_VERIFY, is_request=hold.kind == HoldKind.CLOSURE, ended_at=hold.ended_at,
        end_reason=hold.end_reason,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownInsolvency:
    """One notice with the countdown to the declaration."""

    found: Insolvency
    state: str
    tone: str
    left: str
    is_open: bool
    is_to_confirm: bool
    is_foreclosed: bool
    power: UUID | None  # the signed paper


def insolvencies(dossier: Dossier, *, today: date) -> list[ShownInsolvency]:
    """Notices that concern the dossier, with what remains of each time to declare."""
    found = dossier.insolvencies.select_related("notice")
    powers = dict(
        dossier.papers.filter(kind=PaperKind.POWER, signed__isnull=False).values_list("insolvency_id", "signed")
    )
    return [
        ShownInsolvency(
            one, one.get_state_display(), MATCH_TONES[MatchState(one.state)], days_left(one.act_by_on, today),
            one.state != MatchState.DISMISSED and one.declared_on is None, one.state == MatchState.TO_CONFIRM,
            one.is_foreclosed(today) and one.state != MatchState.DISMISSED, powers.get(one.pk),
        )
        for one in found
    ]  # fmt: skip


def closure_consequences(dossier: Dossier) -> list[str]:
    """What the creditor must know before she asks for the closure."""
    return [
        _("Dès votre demande, plus aucune lettre ni étape ne part ; l’étude l’accepte ou la refuse."),
        _("Les lettres et actes déjà partis restent partis : ils ne peuvent pas être rappelés."),
        _("Les frais déjà engagés restent dus ; le débiteur n’en paie aucun sans titre (CPCE L111-8)."),
        _("La prescription court toujours : une créance prescrite ne peut plus être réclamée en justice."),
        _("Une fois la clôture acceptée, ce dossier ne peut pas être rouvert : il faudrait en créer un nouveau."),
    ]


class HoldForm(forms.Form):
    """What the office found, and its proof."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Motif"), choices=[choice for choice in HoldKind.choices if choice[0] != HoldKind.CLOSURE]
    )
    item = forms.ModelChoiceField(
        Item.objects.none(), label=gettext_lazy("Élément contesté"), required=False,
        empty_label=gettext_lazy("Tout le dossier"),
    )  # fmt: skip
    code = forms.ChoiceField(
        label=gettext_lazy("Nature de la contestation"), choices=[("", "—"), *DisputeReason.choices], required=False
    )
    effective_on = forms.DateField(
        label=gettext_lazy("Date du fait (jugement, recevabilité, décès)"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    proof = forms.CharField(label=gettext_lazy("Référence de la preuve"), max_length=200, required=False)
    file = forms.FileField(label=gettext_lazy("ou document"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Précisions"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Ni santé, ni religion, ni opinion : la personne peut lire ce que vous écrivez."),
    )  # fmt: skip

    def __init__(self, *args: Any, dossier: Dossier, **kwargs: Any) -> None:
        kwargs["prefix"] = "hold"
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = dossier.items.filter(kind=ItemKind.INVOICE)  # type: ignore[attr-defined]


class ProofForm(forms.Form):
    """What confirms a declared hold."""

    effective_on = HoldForm.base_fields["effective_on"]
    proof = HoldForm.base_fields["proof"]
    file = HoldForm.base_fields["file"]


class ReasonForm(forms.Form):
    """Why a hold ends, or a closure is asked for."""

    reason = forms.CharField(label=gettext_lazy("Motif"), max_length=2000, widget=forms.Textarea({"rows": 3}))
