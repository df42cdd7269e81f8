"""Addresses of sign-in, preferences, first run and settings."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from vivencia.foundation import erasure_pages, health, people_pages, preferences, settings_pages, sign_in, welcome
from vivencia.foundation.rights import public

urlpatterns = [
    path("favicon.ico", public(RedirectView.as_view(url=static("foundation/icon.svg")))),
    path("health", health.health, name="health"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", sign_in.account, name="account"),
    path("set-password/<str:uid>/<str:token>/", sign_in.set_password, name="set-password"),
    path("preferences/theme/", preferences.theme, name="theme"),
    path("preferences/language/", preferences.language, name="language"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/data/", welcome.data, name="welcome-data"),
    path("settings/", settings_pages.settings_page, name="settings"),
    path("settings/organisation/", settings_pages.organisation_page, name="organisation"),
    path("settings/people/", people_pages.people_page, name="people"),
    path("settings/people/<int:pk>/", people_pages.person_page, name="person"),
    path("settings/people/<int:pk>/change/", people_pages.change_person, name="person-change"),
    path("settings/erasure/", erasure_pages.erasure_page, name="erasure"),
    path("settings/audit/", settings_pages.audit_page, name="audit"),
    path("settings/about/", settings_pages.about, name="about"),
]
