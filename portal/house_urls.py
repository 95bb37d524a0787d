"""What surrounds the dossiers: people, profile, offices, help."""

from django.urls import path

from portal.views import (
    agreements,
    contacts,
    files,
    invitations,
    manual,
    office_account,
    people,
    profile,
    seeing,
    shares,
)

urlpatterns = [
    path("aide/", manual.contents, name="help"),
    path("aide/<slug:slug>", manual.chapter, name="help-chapter"),
    path("invitation", invitations.enter_code, name="invitation-code"),
    path("invitation/<str:code>", invitations.invitation, name="invitation"),
    path("rendez-vous", contacts.audit, name="audit"),
    path("reclamation", contacts.complaint, name="complaint"),
    path("suivi/<str:token>", contacts.receipt, name="contact-receipt"),
    path("charte", contacts.charter, name="charter"),
    # creditor
    path("espace/compte/personnes", people.people, name="people"),
    path("espace/compte/personnes/inviter", people.invite, name="people-invite"),
    path("espace/compte/personnes/<int:member>/role", people.change_role, name="people-role"),
    path("espace/compte/personnes/<int:member>/retirer", people.remove, name="people-remove"),
    path("espace/compte/invitations/<int:invitation>/annuler", people.withdraw, name="people-withdraw"),
    path("espace/compte/roles", people.roles, name="roles"),
    path("espace/compte/partages", shares.shares, name="shares"),
    path("espace/compte/partages/<int:share>/revoquer", shares.revoke, name="share-revoke"),
    path("espace/compte/", profile.profile, name="profile"),
    path("espace/compte/conditions", profile.accepted_terms, name="accepted-terms"),
    path("espace/compte/modification", profile.ask_change, name="profile-change"),
    path("espace/compte/versement", profile.propose_payout, name="payout-account"),
    path("espace/compte/versement/<int:payout>/reponse", profile.answer_payout, name="payout-answer"),
    path("espace/compte/convention", agreements.convention, name="convention"),
    path("espace/compte/convention/preparer", agreements.prepare, name="convention-prepare"),
    path("espace/compte/convention/code", agreements.ask_code, name="convention-code"),
    path("espace/compte/convention/signature", agreements.sign, name="convention-sign"),
    path("espace/compte/convention/denoncer", agreements.denounce, name="convention-denounce"),
    path("espace/compte/abonnement", agreements.take_plan, name="plan"),
    path("espace/compte/options", agreements.options, name="options"),
    path("espace/compte/options/<int:clause>", agreements.answer_option, name="option-answer"),
    path("admin/pieces/<uuid:key>", files.support_document, name="support-document"),
    path("voir-comme/finir", seeing.stop, name="seeing-stop"),
    # office
    path("etude/compte/", office_account.profile, name="office-profile"),
    path("etude/compte/disponibilite", office_account.availability, name="office-availability"),
    path("etude/compte/personnes", office_account.people, name="office-people"),
    path("etude/compte/personnes/inviter", office_account.invite, name="office-people-invite"),
    path("etude/compte/personnes/<int:member>/retirer", office_account.remove, name="office-people-remove"),
    path("etude/compte/invitations/<int:invitation>/annuler", office_account.withdraw, name="office-people-withdraw"),
    # whoever holds a share link
    path("partage/ouvrir/<str:token>", shares.open_share, name="share-open"),
    path("partage/", shares.listing, name="shared"),
    path("partage/dossiers/<slug:reference>/", shares.detail, name="shared-dossier"),
    path("partage/documents/<uuid:key>", shares.document, name="shared-document"),
]
