from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Pages"

    def ready(self) -> None:
        from portal import daily_news  # noqa: F401, PLC0415  what its mail says
