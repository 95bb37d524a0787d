"""Messages between creditor and office."""

from django.urls import path

from portal.views import threads

REF = "<slug:reference>"

urlpatterns = [
    path("espace/messagerie/", threads.inbox, name="inbox"),
    path("espace/messagerie/export", threads.inbox_export, name="inbox-export"),
    path(f"espace/dossiers/{REF}/messages", threads.thread, name="thread"),
    path(f"espace/dossiers/{REF}/messages/ecrire", threads.write, name="thread-write"),
    path(f"espace/dossiers/{REF}/messages/lu", threads.read, name="thread-read"),
    path("etude/messagerie/", threads.office_inbox, name="office-inbox"),
    path("etude/messagerie/export", threads.office_inbox_export, name="office-inbox-export"),
    path(f"etude/dossiers/{REF}/messages", threads.office_thread, name="office-thread"),
    path(f"etude/dossiers/{REF}/messages/ecrire", threads.office_write, name="office-thread-write"),
    path(f"etude/dossiers/{REF}/messages/lu", threads.office_read, name="office-thread-read"),
    path(f"etude/dossiers/{REF}/appel", threads.note_call, name="office-call"),
    path(f"etude/dossiers/{REF}/publication", threads.publish, name="office-publish"),
    path(f"etude/dossiers/{REF}/gestionnaire", threads.entrust, name="office-manager"),
]
