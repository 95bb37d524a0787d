from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path
from django.views.i18n import set_language

from credicys.health import health

# Support logs in like everybody, with the second factor: the admin has no door of its own.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Support"
admin.site.index_title = "Registres"
admin.site.unregister(Group)  # rights are not given from the admin: roles stand in memberships

handler429 = "portal.views.public.too_many"

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("accounts.urls")),
    path("langue", set_language, name="set_language"),
    path("demo/", include("portal.demo_urls")),
    path("sante", health, name="health"),
    path("admin/", admin.site.urls),
]
