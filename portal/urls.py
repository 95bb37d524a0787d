from django.urls import include, path

from portal.views import answers, debtor_room, dossiers, files, mandates, office, public, registration, wizard

REF = "<slug:reference>"

urlpatterns = [
    path("", public.welcome, name="welcome"),
    path("entree", public.entrance, name="portal-entrance"),
    path("robots.txt", public.robots, name="robots"),
    path("cgu", public.terms, name="terms"),
    path("", include("portal.house_urls")),
    # creditor
    path("espace/", dossiers.home, name="home"),
    path("espace/finalisation", registration.complete, name="complete-registration"),
    path("espace/finalisation/bic", registration.propose_bic, name="propose-bic"),
    path("espace/dossiers/", dossiers.listing, name="dossiers"),
    path("espace/dossiers/creer", wizard.start, name="wizard-start"),
    path(f"espace/dossiers/{REF}/", dossiers.detail, name="dossier"),
    path(f"espace/dossiers/{REF}/creer", wizard.edit, name="wizard-edit"),
    path(f"espace/dossiers/{REF}/debiteur", wizard.debtor, name="wizard-debtor"),
    path(f"espace/dossiers/{REF}/elements", wizard.items, name="wizard-items"),
    path(f"espace/dossiers/{REF}/elements/<int:key>/retirer", wizard.remove_item, name="wizard-remove-item"),
    path(
        f"espace/dossiers/{REF}/pieces/<int:key>/retirer",
        wizard.remove_attachment,
        name="wizard-remove-attachment",
    ),
    path(f"espace/dossiers/{REF}/validation", wizard.check, name="wizard-check"),
    path(f"espace/dossiers/{REF}/transmis", wizard.done, name="wizard-done"),
    path(f"espace/dossiers/{REF}/paiement", dossiers.add_payment, name="dossier-payment"),
    path(f"espace/dossiers/{REF}/pieces", dossiers.add_attachment, name="dossier-attach"),
    path(f"espace/dossiers/{REF}/action/<slug:name>", dossiers.confirm, name="dossier-confirm"),
    path("espace/mandat/", mandates.mandate, name="mandate"),
    path("espace/mandat/choix", mandates.choose, name="mandate-choose"),
    path("espace/mandat/code", mandates.ask_code, name="mandate-code"),
    path("espace/mandat/autre-code", mandates.another_code, name="mandate-another-code"),
    path("espace/mandat/signature", mandates.sign, name="mandate-sign"),
    path("espace/mandat/courriel", mandates.change_email, name="mandate-email"),
    path("espace/mandat/refus", mandates.refuse, name="mandate-refuse"),
    path("espace/mandat/revocation", mandates.revoke, name="mandate-revoke"),
    path(f"espace/dossiers/{REF}/accord/<int:key>", answers.agree, name="offer-agree"),
    path("espace/documents/<uuid:key>", files.portal_document, name="document"),
    # office
    path("etude/", office.worklist, name="office-home"),
    path("etude/dossiers/", office.listing, name="office-dossiers"),
    path(f"etude/dossiers/{REF}/", office.detail, name="office-dossier"),
    path(f"etude/dossiers/{REF}/action/<slug:name>", office.confirm, name="office-confirm"),
    path(f"etude/dossiers/{REF}/reponse", answers.receive, name="office-answer"),
    path(f"etude/dossiers/{REF}/proposition", answers.propose, name="office-offer"),
    path(f"etude/dossiers/{REF}/injonction", office.make_petition, name="office-petition"),
    path("etude/courriers/<uuid:key>/depot", office.post_letter, name="office-post-letter"),
    path("etude/documents/<uuid:key>", files.office_document, name="office-document"),
    # debtor
    path("debiteur/", debtor_room.door, name="debtor-door"),
    path("debiteur/dossier", debtor_room.room, name="debtor-room"),
    path("debiteur/repondre", debtor_room.answer, name="debtor-answer"),
    path("debiteur/accord/<int:key>", debtor_room.agree, name="debtor-agree"),
    path("debiteur/sortir", debtor_room.leave, name="debtor-leave"),
    path("debiteur/documents/<uuid:key>", files.debtor_document, name="debtor-document"),
]
