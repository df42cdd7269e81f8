"""Addresses of sign-in, preferences, first run and settings."""

from django.urls import path

from vivencia.foundation import preferences, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", sign_in.account, name="account"),
    path("set-password/<str:uid>/<str:token>/", sign_in.set_password, name="set-password"),
    path("preferences/theme/", preferences.theme, name="theme"),
    path("preferences/language/", preferences.language, name="language"),
]
