"""Guards: each says what must be true, and returns the sentence that refuses when it is not. Pure."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.actors import Side
from dossiers.enums import Origin, Phase
from mandates.services import needs_mandate
from procedures.cases import Case
from procedures.competence import UnknownPlace, possible_courts
from procedures.effects import Stop, sentence
from procedures.enums import HoldKind
from procedures.legal_texts import AMIABLE_TEXTS, L126_TEXTS, PSRPC_TEXTS
from procedures.limitation import is_prescribed, limitation
from procedures.routes import WITHOUT_PSRPC, exceeds_the_ceiling, left_the_psrpc
from tenants.models import Territory

Guard = Callable[[Case], str | None]


def names_a_debtor(case: Case) -> str | None:
    """A claim is against somebody (CPC 57)."""
    if case.dossier.debtor is None:
        return _("Identifiez le débiteur à l’étape 2.")
    if not (case.debtor.street and case.debtor.postcode and case.debtor.town):
        return _("Complétez l’adresse du débiteur à l’étape 2 : une lettre doit l’atteindre.")
    return None


def is_unpaid(case: Case) -> str | None:
    """Nothing is asked of who owes nothing (CRE-10)."""
    if case.balance.amount <= 0:
        return _("La créance est réglée : son solde est nul.")
    return None


def is_attested(case: Case) -> str | None:
    """The creditor answers for a licit, unequivocal and current claim (REL-48)."""
    if not case.dossier.is_attested:
        return _("Attestez que la créance est licite, certaine et actuelle.")
    return None


def has_mandate(case: Case) -> str | None:
    """Direct debit is the platform's only means of payment (CRE-56, CRE-57)."""
    if needs_mandate(case.dossier.brand) and not case.has_signed_mandate:
        return _("Signez le mandat de prélèvement avant de transmettre votre premier dossier.")
    return None


def is_not_prescribed(case: Case) -> str | None:
    """Two years against a consumer (C. conso. L218-2), else five (C. civ. 2224); never extended."""
    if case.oldest_due_on is None or case.dossier.debtor is None:
        return None
    if is_prescribed(case.debtor.is_consumer, case.oldest_due_on, case.today):
        day = f"{limitation(case.debtor, case.oldest_due_on).due_on:%d/%m/%Y}"
        return _("La créance est prescrite depuis le %(day)s : elle ne peut plus être réclamée en justice.") % {
            "day": day
        }
    return None


def office_is_competent(case: Case) -> str | None:
    """Only in the district of the court of appeal where the debtor lives (CPCE R125-1)."""
    if case.dossier.debtor is None:
        return None
    if case.debtor.territory == Territory.ABROAD:
        return _("Le débiteur vit à l’étranger : aucune étude n’est compétente (CPCE R125-1).")
    office = case.dossier.office
    try:
        courts, _doubts = possible_courts(case.debtor.postcode, case.debtor.whole_address)
    except UnknownPlace as error:
        return str(error)
    if office is None or office.court_of_appeal not in courts:
        return _("Aucune étude compétente : le débiteur relève de la cour d’appel de %(court)s (CPCE R125-1).") % {
            "court": courts[0]
        }
    return None


def fits_the_psrpc(case: Case) -> str | None:
    """Principal and interest within the ceiling, on the day of sending (CPCE L125-1, R125-1)."""
    if case.dossier.currency != "EUR":
        return _("La procédure simplifiée est ouverte aux créances en euros (CPCE R125-1).")
    if exceeds_the_ceiling(case.claimed, case.today):
        return _("Le montant dépasse le plafond de la procédure simplifiée (CPCE R125-1).")
    return None


def psrpc_exists_here(case: Case) -> str | None:
    """The code extends it to the DOM and to Wallis-et-Futuna, not to New Caledonia nor Polynesia."""
    if case.debtor.territory in WITHOUT_PSRPC:
        place = case.debtor.get_territory_display()
        return _("La procédure simplifiée n’existe pas dans ce territoire : %(place)s.") % {"place": place}
    return None


def is_not_invoiced_between_commercants(case: Case) -> str | None:
    """Such claims left the procedure on 25 April 2026 (law 2026-307)."""
    if left_the_psrpc(case.dossier.origin, case.creditor.is_commercant, case.debtor.is_trader, case.today):
        return _("Une facture entre commerçants ne relève plus de la procédure simplifiée (loi du 23 avril 2026).")
    return None


def is_invoiced_between_commercants(case: Case) -> str | None:
    """The route of the commandement is for them only (CPCE L126-1)."""
    if not (case.creditor.is_commercant and case.debtor.is_trader and case.dossier.origin == Origin.INVOICE):
        return _("Cette voie est réservée aux factures entre commerçants (CPCE L126-1).")
    return None


def l126_is_open(case: Case) -> str | None:
    """Closed until the decree and the articles in force that day are entered: nothing is served on a guess."""
    if absent := [article for article in L126_TEXTS if article in case.texts_missing]:
        sentence = _("Voie pas encore ouverte (loi du 23 avril 2026) : le support saisit d’abord %(names)s.")
        return sentence % {"names": ", ".join(absent)}
    return None


def psrpc_texts_are_entered(case: Case) -> str | None:
    """The letter reproduces the texts in force on the day of its sending (CPCE R125-2), or does not leave."""
    return _missing(case, PSRPC_TEXTS)


def amiable_text_is_entered(case: Case) -> str | None:
    """The first letter reproduces two paragraphs of L111-8 (CPCE R124-4), or does not leave."""
    return _missing(case, AMIABLE_TEXTS)


def _missing(case: Case, articles: Sequence[str]) -> str | None:
    if absent := [article for article in articles if article in case.texts_missing]:
        names = ", ".join(absent)
        return _("Textes officiels à saisir par le support avant tout envoi : %(names)s.") % {"names": names}
    return None


def no_term_is_running(case: Case) -> str | None:
    """The fifteen days belong to the debtor until their last evening (CRE-08)."""
    if case.term_is_running:
        return _("Le délai laissé au débiteur court encore.")
    return None


def debtor_takes_part(case: Case) -> str | None:
    """Amount and terms are discussed with whoever accepted to take part (CPCE R125-4)."""
    if not (case.talks and case.talks.has_accepted):
        return _("Le débiteur n’a pas accepté de participer : enregistrez d’abord sa réponse.")
    return None


def both_agreed_within_the_month(case: Case) -> str | None:
    """The title needs both consents within the month of the sending, without carry-over (CPCE L125-1, R125-5)."""
    talks = case.talks
    if talks is None or talks.agreed_on is None:
        return _("L’accord manque : il faut celui du débiteur et celui du créancier sur la même proposition.")
    if talks.agreed_on > talks.strict_on:
        return _("L’accord est venu après le mois de l’envoi, achevé le %(day)s (CPCE R125-5).") % {
            "day": f"{talks.strict_on:%d/%m/%Y}"
        }
    return None


def no_agreement_waits(case: Case) -> str | None:
    """An agreement made in time is not lost because nobody wrote the finding yet: a person does."""
    if case.talks and case.talks.agreed_on and case.talks.agreed_on <= case.talks.strict_on:
        return _("Un accord a été conclu dans le mois : constatez-le et délivrez le titre (CPCE R125-5, R125-6).")
    return None


def invitation_did_not_leave(case: Case) -> str | None:
    """Once the post has the invitation the month runs, and only an outcome ends it (CPCE R125-5)."""
    if case.invitation_posted:
        return _("L’invitation est déposée à la poste : le mois court, seule une issue y met fin (CPCE R125-5).")
    return None


def nothing_holds_acts(case: Case) -> str | None:
    """No act against the debtor while a hold stands, nor for what is disputed (procedures.effects)."""
    if kinds := case.stopped(Stop.ACTS):
        return sentence(kinds)
    if case.disputed and case.claimed.amount <= 0:
        return _("Tout ce qui reste dû est contesté : rien n’est réclamé avant que la contestation soit tranchée.")
    return None


def nothing_holds_an_agreement(case: Case) -> str | None:
    """No title against whoever may not pay, or cannot consent (C. com. L622-7, C. conso. L722-5)."""
    kinds = case.stopped(Stop.AGREEMENT)
    return sentence(kinds) if kinds else None


def nothing_holds_the_machine(case: Case) -> str | None:
    """No step by itself while a hold stands: a person decides."""
    kinds = case.stopped(Stop.MACHINE)
    return sentence(kinds) if kinds else None


def closure_is_asked(case: Case) -> str | None:
    """Only the creditor's own request, which still stands, is accepted."""
    if HoldKind.CLOSURE not in case.holds:
        return _("Le créancier ne demande pas la clôture de ce dossier.")
    return None


FAILED = (Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.ENFORCEABLE, Phase.L126_ENFORCEABLE)
HOPELESS = (HoldKind.INSOLVENCY, HoldKind.ADDRESS_LOST, HoldKind.DEATH, HoldKind.OVERINDEBTEDNESS)


def path_is_exhausted(case: Case) -> str | None:
    """After the failure of the path, or a confirmed fact that leaves no hope (NUM-13)."""
    if case.dossier.phase in FAILED or any(kind in case.proved for kind in HOPELESS):
        return None
    return _(
        "La voie n’est pas épuisée : il faut un échec, ou une procédure collective, un décès ou une adresse perdue confirmés."
    )


def is_settled(case: Case) -> str | None:
    """Only what is paid is closed as paid."""
    if case.balance.amount > 0:
        return _("Il reste %(balance)s à régler.") % {"balance": case.balance.format_fr()}
    return None


SIDES = {
    Side.CREDITOR: gettext_noop("au créancier"),
    Side.OFFICE: gettext_noop("à l’étude"),
    Side.SYSTEM: gettext_noop("à l’échéancier"),
}
