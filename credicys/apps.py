from django.apps import AppConfig


class CredicysConfig(AppConfig):
    name = "credicys"
    verbose_name = "Plateforme"
