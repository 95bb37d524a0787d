from django.urls import path

from portal.gallery import gallery
from portal.views import demo

urlpatterns = [
    path("horloge", demo.move_clock, name="demo-clock"),
    path("galerie", gallery, name="demo-gallery"),
    path("courrier", demo.mailbox, name="demo-mailbox"),
    path("courrier/<slug:key>", demo.mail, name="demo-mail"),
]
