"""The whole legal path, readable on one screen."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.actors import Actor, Side
from dossiers.enums import Phase
from procedures import guards, letters
from procedures.cases import Case
from procedures.guards import Guard
from procedures.letters import Letter


@dataclass(frozen=True, slots=True)
class Transition:
    """From where to where, who may, what must be true, and what is sent; each guard gives its own sentence."""

    label: str
    sources: tuple[Phase, ...]
    target: Phase
    by: tuple[Side, ...]
    guards: tuple[Guard, ...] = ()
    letters: tuple[Letter, ...] = ()
    needs_reason: bool = False
    fact: str = ""  # the dated fact that the person states: what it is called on the form
    opens: tuple[str, str] | None = None  # the term that the fact starts, and the move that its end calls for
    within: str = ""  # the pending term, by its move, inside which the fact must lie

    def refusals(self, case: Case, by: Actor) -> list[str]:
        """Why it may not happen now; empty when it may."""
        if case.dossier.phase not in self.sources:
            return [_("Le dossier est en « %(phase)s ».") % {"phase": case.dossier.get_phase_display()}]
        if by.side not in self.by:
            whom = _(" ou ").join(_(guards.SIDES[side]) for side in self.by)
            return [_("Cette action revient %(whom)s.") % {"whom": whom}]
        return [reason for guard in self.guards if (reason := guard(case))]


FILING = (
    guards.names_a_debtor,
    guards.is_unpaid,
    guards.is_attested,
    guards.has_mandate,
    guards.is_not_prescribed,
    guards.office_is_competent,
)
PSRPC = (
    guards.no_term_is_running,
    guards.nothing_holds_acts,
    guards.is_unpaid,
    guards.psrpc_exists_here,
    guards.fits_the_psrpc,
    guards.is_not_invoiced_between_commercants,
    guards.office_is_competent,
    guards.psrpc_texts_are_entered,
)

L126 = (Phase.L126_REQUESTED, Phase.L126_SERVED, Phase.L126_UNCONTESTED, Phase.L126_TITLE, Phase.L126_ENFORCEABLE)
L126_GUARDS = (guards.is_unpaid, guards.nothing_holds_acts, guards.is_invoiced_between_commercants, guards.l126_is_open)
OPEN = (
    Phase.SUBMITTED, Phase.AMIABLE, Phase.PSRPC, Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.INJONCTION_REQUESTED,
    Phase.IP_FILED, Phase.IP_ORDERED, Phase.IP_SERVED, Phase.IP_OPPOSED, Phase.ENFORCEABLE,
    *L126,
)  # fmt: skip

TRANSITIONS = {
    "submit": Transition(
        gettext_noop("Transmettre à l’étude"), (Phase.DRAFT,), Phase.SUBMITTED, (Side.CREDITOR,), guards=FILING,
        letters=(letters.new_dossier_to_office,),
    ),
    "withdraw": Transition(gettext_noop("Reprendre en brouillon"), (Phase.SUBMITTED,), Phase.DRAFT, (Side.CREDITOR,)),
    "accept": Transition(
        gettext_noop("Accepter"), (Phase.SUBMITTED,), Phase.AMIABLE, (Side.OFFICE,),
        guards=(
            guards.is_unpaid, guards.nothing_holds_acts, guards.office_is_competent, guards.amiable_text_is_entered,
        ),
        letters=(letters.amiable_letter, letters.amiable_email, letters.accepted_to_creditor),
    ),
    "refuse": Transition(
        gettext_noop("Refuser"), (Phase.SUBMITTED,), Phase.REFUSED, (Side.OFFICE,),
        letters=(letters.refused_to_creditor,), needs_reason=True,
    ),
    # What is wrong is said; the office's hours stand still until the dossier is filed again (procedures.taking_in).
    "ask_correction": Transition(
        gettext_noop("Demander une correction"), (Phase.SUBMITTED,), Phase.TO_CORRECT, (Side.OFFICE,),
        letters=(letters.correction_to_creditor,), needs_reason=True,
    ),
    "correct": Transition(
        gettext_noop("Corriger et transmettre de nouveau"), (Phase.REFUSED, Phase.TO_CORRECT), Phase.DRAFT, (Side.CREDITOR,)
    ),
    "open_psrpc": Transition(
        gettext_noop("Ouvrir la procédure simplifiée"), (Phase.AMIABLE,), Phase.PSRPC, (Side.SYSTEM, Side.OFFICE), guards=PSRPC,
        letters=(letters.psrpc_letter,),
    ),
    "offer_injonction": Transition(
        gettext_noop("Proposer l’injonction de payer"), (Phase.AMIABLE,), Phase.INJONCTION_OFFERED, (Side.OFFICE,),
        guards=(guards.is_unpaid, guards.nothing_holds_acts), letters=(letters.injonction_to_creditor,), needs_reason=True,
    ),
    # A letter that never left (dead, refused, address lost) starts no month: the office takes the dossier back.
    "resume_amiable": Transition(
        gettext_noop("Reprendre en phase amiable"), (Phase.PSRPC,), Phase.AMIABLE, (Side.OFFICE,),
        guards=(guards.invitation_did_not_leave,), needs_reason=True,
    ),
    # The four outcomes of CPCE R125-5, each with its written finding: refusal, month elapsed, terms refused, agreement.
    "record_psrpc_refusal": Transition(
        gettext_noop("Constater le refus du débiteur"), (Phase.PSRPC,), Phase.INJONCTION_OFFERED, (Side.OFFICE,),
        guards=(guards.is_unpaid,), letters=(letters.statement, letters.injonction_to_creditor), needs_reason=True,
    ),
    "record_terms_refusal": Transition(
        gettext_noop("Constater le refus du montant ou des modalités"), (Phase.PSRPC,), Phase.INJONCTION_OFFERED,
        (Side.OFFICE,), guards=(guards.is_unpaid, guards.debtor_takes_part),
        letters=(letters.statement, letters.injonction_to_creditor), needs_reason=True,
    ),
    "record_agreement": Transition(
        gettext_noop("Constater l’accord et délivrer le titre"), (Phase.PSRPC,), Phase.TITLE, (Side.OFFICE,),
        guards=(
            guards.is_unpaid, guards.nothing_holds_an_agreement, guards.debtor_takes_part,
            guards.both_agreed_within_the_month,
        ),
        letters=(letters.statement, letters.title, letters.title_to_creditor),
    ),
    # A contested claim, a death, collective proceedings: the office stops, and nothing more is asked.
    "close": Transition(
        gettext_noop("Clore le dossier"), (Phase.AMIABLE, Phase.PSRPC), Phase.CLOSED, (Side.OFFICE,),
        letters=(letters.closed_to_creditor,), needs_reason=True,
    ),
    "record_psrpc_silence": Transition(
        gettext_noop("Constater le silence d’un mois"), (Phase.PSRPC,), Phase.INJONCTION_OFFERED, (Side.SYSTEM,),
        guards=(guards.is_unpaid, guards.nothing_holds_the_machine, guards.no_agreement_waits),
        letters=(letters.statement, letters.injonction_to_creditor),
    ),
    "request_injonction": Transition(
        gettext_noop("Demander l’injonction de payer"), (Phase.INJONCTION_OFFERED,), Phase.INJONCTION_REQUESTED,
        (Side.CREDITOR,), guards=(guards.is_unpaid, guards.nothing_holds_acts), letters=(letters.request_to_office,),
    ),
    "renounce": Transition(
        gettext_noop("Renoncer et clore"), (Phase.INJONCTION_OFFERED, Phase.REFUSED, Phase.TO_CORRECT), Phase.CLOSED, (Side.CREDITOR,),
        needs_reason=True,
    ),
    # The creditor asked (procedures.holds); papers that were sent remain sent, and what the office did remains done.
    "accept_closure": Transition(
        gettext_noop("Accepter la clôture demandée"), OPEN, Phase.CLOSED, (Side.OFFICE,),
        guards=(guards.closure_is_asked,), letters=(letters.closed_to_creditor,), needs_reason=True,
    ),
    # The end of a path that failed: the certificate is free (NUM-13, NUM-16).
    "certify": Transition(
        gettext_noop("Certifier l’irrécouvrabilité et clore"),
        (Phase.AMIABLE, Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.ENFORCEABLE, Phase.L126_ENFORCEABLE), Phase.CLOSED, (Side.OFFICE,),
        guards=(guards.is_unpaid, guards.path_is_exhausted), needs_reason=True,
        letters=(letters.certificate, letters.certificate_to_creditor),
    ),
    "settle": Transition(
        gettext_noop("Clore comme réglé"),
        (
            Phase.SUBMITTED, Phase.AMIABLE, Phase.TITLE, Phase.INJONCTION_OFFERED, Phase.INJONCTION_REQUESTED, Phase.IP_FILED,
            Phase.IP_ORDERED, Phase.IP_SERVED, Phase.IP_OPPOSED, Phase.ENFORCEABLE, *L126,
        ), Phase.SETTLED, (Side.CREDITOR, Side.OFFICE, Side.SYSTEM), guards=(guards.is_settled,),
        letters=(letters.settled_to_creditor,),
    ),
    # The petition, the order, its service (CPC 1405 to 1422): facts of others, dated by the office. A term that ends
    # moves nothing by itself here: whether the order was served, or opposed, is known at the office.
    "file_petition": Transition(
        gettext_noop("Enregistrer le dépôt de la requête"), (Phase.INJONCTION_REQUESTED,), Phase.IP_FILED, (Side.OFFICE,),
        guards=(guards.is_unpaid,), fact=gettext_noop("Requête déposée le"), letters=(letters.petition_to_creditor,),
    ),
    "record_order": Transition(
        gettext_noop("Enregistrer l’ordonnance"), (Phase.IP_FILED,), Phase.IP_ORDERED, (Side.OFFICE,),
        fact=gettext_noop("Ordonnance rendue le"), opens=("ip_signification", "record_order_lapsed"),
        letters=(letters.order_to_creditor,),
    ),
    # Partial: the creditor may refuse to have it served and go to the ordinary procedure (CPC 1409).
    "record_partial_order": Transition(
        gettext_noop("Enregistrer l’ordonnance partielle"), (Phase.IP_FILED,), Phase.IP_ORDERED, (Side.OFFICE,),
        fact=gettext_noop("Ordonnance rendue le"), opens=("ip_signification", "record_order_lapsed"), needs_reason=True,
        letters=(letters.order_to_creditor,),
    ),
    "record_rejection": Transition(
        gettext_noop("Enregistrer le rejet de la requête"), (Phase.IP_FILED,), Phase.CLOSED, (Side.OFFICE,),
        fact=gettext_noop("Rejet rendu le"), needs_reason=True, letters=(letters.closed_to_creditor,),
    ),
    "decline_order": Transition(
        gettext_noop("Renoncer à signifier l’ordonnance"), (Phase.IP_ORDERED,), Phase.CLOSED, (Side.CREDITOR,),
        needs_reason=True,
    ),
    "record_service": Transition(
        gettext_noop("Enregistrer la signification"), (Phase.IP_ORDERED,), Phase.IP_SERVED, (Side.OFFICE,),
        fact=gettext_noop("Ordonnance signifiée le"), opens=("ip_enforceable_after", "record_enforceable"),
        within="record_order_lapsed", letters=(letters.service_to_creditor,),
    ),
    "record_order_lapsed": Transition(
        gettext_noop("Constater l’ordonnance non avenue"), (Phase.IP_ORDERED,), Phase.INJONCTION_OFFERED, (Side.OFFICE,),
        guards=(guards.is_unpaid, guards.no_term_is_running), needs_reason=True, letters=(letters.injonction_to_creditor,),
    ),
    "record_opposition": Transition(
        gettext_noop("Enregistrer l’opposition"), (Phase.IP_SERVED, Phase.ENFORCEABLE), Phase.IP_OPPOSED, (Side.OFFICE,),
        fact=gettext_noop("Opposition formée le"), letters=(letters.opposition_to_creditor,),
    ),
    "record_enforceable": Transition(
        gettext_noop("Constater l’absence d’opposition"), (Phase.IP_SERVED,), Phase.ENFORCEABLE, (Side.OFFICE,),
        guards=(guards.no_term_is_running,), letters=(letters.enforceable_to_creditor,),
    ),
    "record_judgment": Transition(
        gettext_noop("Enregistrer le jugement sur opposition"), (Phase.IP_OPPOSED,), Phase.CLOSED, (Side.OFFICE,),
        fact=gettext_noop("Jugement rendu le"), needs_reason=True, letters=(letters.closed_to_creditor,),
    ),
    # Invoices between commerçants (CPCE L126-1 to L126-4, law 2026-307), shut until its decree is entered as a dated
    # text. Any contestation ends it; what the clerk makes enforceable is served within six months.
    "request_commandement": Transition(
        gettext_noop("Demander le commandement de payer"), (Phase.INJONCTION_OFFERED,), Phase.L126_REQUESTED,
        (Side.CREDITOR,), guards=L126_GUARDS, opens=("l126_service", "record_mandate_lapsed"),
        letters=(letters.commandement_to_office,),
    ),
    "record_commandement": Transition(
        gettext_noop("Enregistrer la signification du commandement"), (Phase.L126_REQUESTED,), Phase.L126_SERVED,
        (Side.OFFICE,), guards=L126_GUARDS, fact=gettext_noop("Commandement signifié le"),
        opens=("l126_pv_earliest", "record_non_contestation"), within="record_mandate_lapsed",
        letters=(letters.commandement_to_creditor,),
    ),
    "record_mandate_lapsed": Transition(
        gettext_noop("Constater que le mois du mandat est passé"), (Phase.L126_REQUESTED,), Phase.INJONCTION_OFFERED,
        (Side.OFFICE,), guards=(guards.is_unpaid, guards.no_term_is_running), needs_reason=True,
        letters=(letters.injonction_to_creditor,),
    ),
    "record_contestation": Transition(
        gettext_noop("Enregistrer la contestation"), (Phase.L126_SERVED, Phase.L126_UNCONTESTED),
        Phase.INJONCTION_OFFERED, (Side.OFFICE, Side.SYSTEM), needs_reason=True,
        letters=(letters.contestation_to_creditor,),
    ),
    "record_non_contestation": Transition(
        gettext_noop("Dresser le procès-verbal de non-contestation"), (Phase.L126_SERVED,), Phase.L126_UNCONTESTED,
        (Side.OFFICE,), guards=(guards.is_unpaid, guards.nothing_holds_acts, guards.no_term_is_running),
        letters=(letters.non_contestation,),
    ),
    "record_clerk_title": Transition(
        gettext_noop("Enregistrer le titre du greffe"), (Phase.L126_UNCONTESTED,), Phase.L126_TITLE, (Side.OFFICE,),
        fact=gettext_noop("Rendu exécutoire par le greffe le"), opens=("l126_title_service", "record_title_lapsed"),
        letters=(letters.clerk_title_to_creditor,),
    ),
    "record_title_service": Transition(
        gettext_noop("Enregistrer la signification du titre"), (Phase.L126_TITLE,), Phase.L126_ENFORCEABLE,
        (Side.OFFICE,), fact=gettext_noop("Titre signifié le"), within="record_title_lapsed",
    ),
    "record_title_lapsed": Transition(
        gettext_noop("Constater que le titre n’a pas été signifié à temps"), (Phase.L126_TITLE,),
        Phase.INJONCTION_OFFERED, (Side.OFFICE,), guards=(guards.is_unpaid, guards.no_term_is_running),
        needs_reason=True, letters=(letters.injonction_to_creditor,),
    ),
    # R125-7: between the sending and the recorded outcome, only the commissaire de justice may find it paid.
    "settle_in_psrpc": Transition(
        gettext_noop("Constater le règlement"), (Phase.PSRPC,), Phase.SETTLED, (Side.OFFICE,), guards=(guards.is_settled,),
        letters=(letters.settled_to_creditor,),
    ),
}  # fmt: skip

# In each phase it is somebody's turn; a wall test refuses a phase without one.
TURN = {
    Phase.DRAFT: gettext_noop("créancier"),
    Phase.SUBMITTED: gettext_noop("étude"),
    Phase.REFUSED: gettext_noop("créancier"),
    Phase.TO_CORRECT: gettext_noop("créancier"),
    Phase.AMIABLE: gettext_noop("débiteur"),
    Phase.PSRPC: gettext_noop("débiteur"),
    Phase.TITLE: gettext_noop("débiteur"),
    Phase.INJONCTION_OFFERED: gettext_noop("créancier"),
    Phase.INJONCTION_REQUESTED: gettext_noop("étude"),
    Phase.IP_FILED: gettext_noop("étude"),
    Phase.IP_ORDERED: gettext_noop("étude"),
    Phase.IP_SERVED: gettext_noop("étude"),
    Phase.IP_OPPOSED: gettext_noop("étude"),
    Phase.ENFORCEABLE: gettext_noop("étude"),
    Phase.L126_REQUESTED: gettext_noop("étude"),
    Phase.L126_SERVED: gettext_noop("débiteur"),
    Phase.L126_UNCONTESTED: gettext_noop("étude"),
    Phase.L126_TITLE: gettext_noop("étude"),
    Phase.L126_ENFORCEABLE: gettext_noop("étude"),
    Phase.SETTLED: gettext_noop("personne"),
    Phase.CLOSED: gettext_noop("personne"),
}
