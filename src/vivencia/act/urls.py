"""Addresses of outreach: what goes out, its rules, and how customers say that they want no more."""

from django.urls import URLPattern, URLResolver, path

from vivencia.act.outreach import pages, person_pages, settings_pages, unsubscribe_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("surveys/outreach/", pages.outreach_page, name="outreach"),
    path("surveys/outreach/<int:pk>/", pages.request_page, name="outreach-request"),
    path("surveys/outreach/<int:pk>/change/", pages.request_change, name="outreach-request-change"),
    path("settings/outgoing-mail/", settings_pages.outgoing_mail_page, name="outgoing-mail"),
    path("settings/sincerity/", settings_pages.rules_page, name="outreach-rules"),
    path("unsubscribe/<str:token>/", unsubscribe_pages.unsubscribe_page, name="unsubscribe"),
    path("customers/messages/<path:customer_id>", person_pages.person_messages_page, name="person-messages"),
]
