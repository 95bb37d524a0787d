"""The right of access (GDPR art. 15): all that is held about one person, and nothing about anybody else.

`INVENTORY` says of each table whether it holds something of hers; a table with dossiers or people that it does not
name fails a test. What is left out, and why, is told on the copy itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Model, Q, QuerySet

from accounts.models import (
    BankAccount,
    BillingParty,
    CivilStatus,
    Contact,
    Creditor,
    Invitation,
    Membership,
    OfficeMembership,
    OpenSession,
    PartnerMembership,
    SecretQuestion,
    TrustedPhone,
    User,
)
from core.models import Reading
from documents.models import Document
from dossiers.models import Debtor, Dossier, SavedSearch
from dossiers.publications import shown_to_debtor
from notifications.models import Message
from procedures.models import OF_THE_DEBTOR, Insolvency, Paper
from signatures.models import Signature

Row = dict[str, Any]
SECRETS = {
    "password",
    "code_hash",
    "token_hash",
    "session_key",
    "session_data",
    "iban_sealed",
    "iban_fingerprint",
    "answer_hash",
}
KEYS = {"id", "creditor", "brand", "user", "dossier", "office", "document", "lease", "key", "hash", "seq"}
LEFT_OUT = (
    "Les messages entre le créancier et l’étude : correspondance d’un officier ministériel, et propos de tiers.",
    "Les noms des personnes qui traitent le dossier : seules leurs fonctions sont dites.",
    "Les mots de passe, codes et clés : ils ne sont gardés que sous une forme qui ne se relit pas.",
)
# Each table that knows dossiers or people: the section of the copy that it fills, or why it fills none.
INVENTORY = {
    "dossiers_debtor": "identité", "dossiers_dossier": "dossiers", "dossiers_item": "créance",
    "dossiers_event": "historique", "procedures_deadline": "délais", "procedures_answer": "réponses",
    "procedures_offer": "accords", "notifications_message": "envois", "documents_document": "pièces jointes au fichier",
    "accounts_partnermembership": "distributeurs", "dossiers_savedsearch": "recherches gardées",
    "procedures_hold": "situations", "procedures_insolvency": "procédures collectives",
    "procedures_paper": "actes à signer",
    "accounts_contact": "demandes et réclamations", "core_reading": "consultations", "accounts_user": "identité",
    "account_emailaddress": "adresses", "accounts_membership": "rôles", "accounts_officemembership": "rôles",
    "accounts_trustedphone": "téléphones", "accounts_opensession": "sessions", "mfa_authenticator": "seconds facteurs",
    "accounts_secretquestion": "question secrète", "accounts_invitation": "invitations",
    "accounts_creditor": "créancier", "accounts_civilstatus": "état civil", "accounts_bankaccount": "comptes bancaires",
    "accounts_billingparty": "facturation", "signatures_signature": "signatures",
}  # fmt: skip
NOT_HERS = {
    "accounts_dailynews": "a choice of mail that its page shows",
    "mandates_mandate": "a creditor's, in its own file; of a person alone, its account and signature are in the copy",
    "dossiers_attachment": "says which papers belong to a dossier: those shown to him are in the copy",
    "payments_cardpayment": "a creditor's fees, in its own file",
    "socialaccount_socialaccount": "empty: an entry by a portal leaves no link",
    "dossiers_client": "held for a creditor who answers for it and shows it on its page (GDPR art. 28)",
    "dossiers_importrow": "lines of a creditor's file: the dossiers made of them are in the copy",
    "dossiers_publication": "says which papers he may read: they are in the copy",
    "dossiers_search": "words of the rows above, for the search",
    "dossiers_threadmessage": LEFT_OUT[0],
    "dossiers_threadfile": LEFT_OUT[0],
    "dossiers_invoicedrop": "what the creditor dropped, by its files",
    "signatures_challenge": "a code that is void; its signature tells the rest",
    "signatures_signingevent": "steps of a signature; its proof repeats them",
    "signatures_proof": "the papers of a signature, which its signatory already has",
    "account_emailconfirmation": "unused by this platform",
    "accounts_user_groups": "Django's own, empty",
    "accounts_user_user_permissions": "Django's own, empty",
    "django_admin_log": "acts of support",
    "accounts_sharelink": "made by a role, not about the person",
    "accounts_payoutaccount": "a creditor's account, in its own file",
    "accounts_changerequest": "a creditor's request, in its own file",
    "tenants_brand": "public",
    "tenants_office": "public",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What one person may read of herself: sections of rows, and her papers."""

    subject: str
    name: str
    sections: dict[str, list[Row]]
    papers: list[Document] = field(default_factory=list)
    left_out: tuple[str, ...] = LEFT_OUT
    dossiers: tuple[int, ...] = ()  # whose debtor it shows


def of_debtor(debtor: Debtor, *, dossiers: QuerySet[Dossier], with_support: bool) -> Access:
    """All of one debtor that these dossiers hold; complaints and readings, which only support may see, if it asks."""
    held = list(dossiers.filter(debtor=debtor).select_related("creditor", "office").order_by("pk"))
    keys = [dossier.pk for dossier in held]
    sections = {
        "identité": [facts(debtor)],
        "dossiers": [_dossier(one) for one in held],
        "créance": [facts(item) for one in held for item in one.items.all()],
        "historique": [facts(event, "actor") for one in held for event in one.events.order_by("seq")],
        "délais": [facts(deadline) for one in held for deadline in one.deadlines.order_by("pk")],
        "réponses": [facts(answer, "recorded_by") for one in held for answer in one.answers.all()],
        "accords": [facts(offer, "made_by", "creditor_agreed_by") for one in held for offer in one.offers.all()],
        "situations": [facts(hold, "set_by", "decided_by", "ended_by") for one in held for hold in one.holds.all()],
        "procédures collectives": [
            facts(one, "decided_by", "power_by", "declared_by", "notice")
            for one in Insolvency.objects.filter(dossier__in=keys).order_by("pk")
        ],
        "actes à signer": [
            facts(one) for one in Paper.objects.filter(dossier__in=keys, kind__in=OF_THE_DEBTOR).order_by("pk")
        ],
        "envois": [_message(message) for message in _messages_to(debtor, keys)],
    }
    if with_support:
        references = [one.reference for one in held]
        mine = Q(dossier_reference__in=references) | (Q(email__iexact=debtor.email) if debtor.email else Q(pk__in=[]))
        sections["demandes et réclamations"] = [
            facts(one, "taken_by", "answered_by") for one in Contact.objects.filter(mine)
        ]
        sections["consultations"] = [
            {"le": one.at, "par": WHO.get(one.reader.split(":")[0], one.reader)} for one in _readings_of(keys)
        ]
    papers = [paper for key in keys for paper in Document.objects.filter(shown_to_debtor(key)).order_by("created_at")]
    return Access(f"debtor:{debtor.pk}", debtor.name, sections, papers, dossiers=tuple(keys))


WHO = {"user": "une personne habilitée", "share": "le conseil du créancier", "debtor": "vous, par le code de la lettre"}


def of_person(user: User) -> Access:
    """All of somebody who has an account; the creditor too when it is herself and no company."""
    alone = Creditor.objects.filter(memberships__user=user, kind="natural", last_name=user.last_name)
    own = list(alone.filter(first_name=user.first_name))
    sections = {
        "identité": [facts(user)],
        "adresses": _all(EmailAddress.objects.filter(user=user)),
        "rôles": [{"chez": str(one.creditor), "rôle": one.get_role_display()} for one in _roles(user)]
        + [{"chez": str(one.office)} for one in OfficeMembership.objects.filter(user=user).select_related("office")],
        "distributeurs": _all(PartnerMembership.objects.filter(user=user)),
        "recherches gardées": _all(SavedSearch.objects.filter(user=user)),
        "téléphones": _all(TrustedPhone.objects.filter(user=user)),
        "sessions": _all(OpenSession.objects.filter(user=user)),
        "seconds facteurs": [
            {"nature": one.get_type_display(), "ajouté le": one.created_at, "employé le": one.last_used_at}
            for one in Authenticator.objects.filter(user=user)
        ],
        "question secrète": [{"question": q} for q in _questions(user)],
        "invitations": _all(Invitation.objects.filter(email__iexact=user.email), "invited_by"),
        "créancier": [facts(one) for one in own],
        "état civil": _all(CivilStatus.objects.filter(creditor__in=own)),
        "comptes bancaires": _all(BankAccount.objects.filter(creditor__in=own)),
        "facturation": _all(BillingParty.objects.filter(creditor__in=own)),
        "signatures": [
            {"acte": str(one), "le": one.signed_at, "preuve": one.evidence}
            for one in Signature.objects.filter(person=f"user:{user.pk}")
        ],
        "envois": [_message(one) for one in Message.objects.filter(recipient__email__iexact=user.email)],
        "demandes et réclamations": _all(Contact.objects.filter(email__iexact=user.email), "taken_by", "answered_by"),
        "consultations": [
            {"le": one.at, "page": one.page, "adresse": one.ip}
            for one in Reading.objects.filter(reader=f"user:{user.pk}").order_by("pk")
        ],
    }
    return Access(f"user:{user.pk}", str(user), sections)


def _roles(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user).select_related("creditor")


def _questions(user: User) -> QuerySet[SecretQuestion, str]:
    return SecretQuestion.objects.filter(user=user).values_list("question", flat=True)


def _all(rows: Iterable[Model], *others: str) -> list[Row]:
    return [facts(row, *others) for row in rows]


def facts(row: Model, *others: str) -> Row:
    """The row's fields under their French names, but for keys, secrets and `others`, which name third parties."""
    shown: Row = {}
    for column in row._meta.concrete_fields:
        if column.name in SECRETS | KEYS | set(others) or column.is_relation:
            continue
        value = getattr(row, column.attname)
        if column.choices:
            value = getattr(row, f"get_{column.name}_display")()
        if value not in ("", None, {}):
            shown[str(column.verbose_name)] = value
    return shown


def _dossier(dossier: Dossier) -> Row:
    """With where the data come from and who receives them, as the article asks."""
    told = facts(dossier, "events_head", "policy_number", "claim_reference", "creditor_reference")
    return told | {"source des données": str(dossier.creditor), "étude": str(dossier.office or "")}


def _readings_of(keys: list[int]) -> QuerySet[Reading]:
    shown = Q(pk__in=[])
    for key in keys:
        shown |= Q(dossiers__contains=[key])
    return Reading.objects.filter(shown).order_by("pk")


def _messages_to(debtor: Debtor, keys: list[int]) -> QuerySet[Message]:
    """Those whose recipient he is: never what was written to the creditor."""
    his = Q(recipient__name=debtor.name)
    if debtor.email:
        his |= Q(recipient__email__iexact=debtor.email)
    return Message.objects.filter(his, dossier_id__in=keys).order_by("created_at", "pk")


def _message(message: Message) -> Row:
    told = {"voie": message.get_channel_display(), "objet": message.subject, "texte": message.text, "le": message.created_at,
            "adressé à": message.recipient, "état": message.get_outcome_display(), "posté le": message.posted_on,
            "numéro d’envoi": message.posting_number}  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", None)}
