from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from credicys.health import health

admin.site.site_header = admin.site.site_title = "Support"
admin.site.index_title = "Registres"

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("accounts.urls")),
    path("langue", set_language, name="set_language"),
    path("demo/", include("portal.demo_urls")),
    path("sante", health, name="health"),
    path("admin/", admin.site.urls),
]
