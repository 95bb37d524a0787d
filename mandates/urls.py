from django.urls import path

from mandates import views

urlpatterns = [
    path("mandat/", views.mandate, name="mandate"),
    path("mandat/code", views.ask_code, name="mandate-code"),
    path("mandat/autre-code", views.another_code, name="mandate-another-code"),
    path("mandat/signature", views.sign, name="mandate-sign"),
    path("mandat/refus", views.refuse, name="mandate-refuse"),
]
