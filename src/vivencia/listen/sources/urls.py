"""Addresses of live sources."""

from django.urls import URLPattern, URLResolver, path

from vivencia.listen.sources import pages
from vivencia.listen.sources.mailbox import pages as mailbox_pages
from vivencia.listen.sources.webhooks import inbound_pages, outbound_pages, receiving_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("sources/connected/", pages.connected_page, name="connected"),
    path("sources/connected/mailbox/", mailbox_pages.mailbox_page, name="mailbox-new"),
    path("sources/connected/mailbox/<int:pk>/", mailbox_pages.mailbox_page, name="mailbox"),
    path("sources/connected/mailbox/<int:pk>/change/", mailbox_pages.mailbox_change, name="mailbox-change"),
    path("sources/connected/in/", inbound_pages.endpoint_new_page, name="endpoint-new"),
    path("sources/connected/in/<int:pk>/", inbound_pages.endpoint_page, name="endpoint"),
    path("sources/connected/in/<int:pk>/preview/", inbound_pages.endpoint_preview, name="endpoint-preview"),
    path("sources/connected/in/<int:pk>/change/", inbound_pages.endpoint_change, name="endpoint-change"),
    path("sources/connected/out/", outbound_pages.subscription_new_page, name="subscription-new"),
    path("sources/connected/out/<int:pk>/", outbound_pages.subscription_page, name="subscription"),
    path("sources/connected/out/<int:pk>/change/", outbound_pages.subscription_change, name="subscription-change"),
    path("hooks/in/<str:token>/", receiving_pages.webhook_in, name="webhook-in"),
]
