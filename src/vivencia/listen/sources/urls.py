"""Addresses of live sources."""

from django.urls import URLPattern, URLResolver, path

from vivencia.listen.sources import pages
from vivencia.listen.sources.mailbox import pages as mailbox_pages
from vivencia.listen.sources.webhooks import inbound_pages, outbound_pages, receiving_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("sources/live/", pages.live_sources_page, name="live-sources"),
    path("sources/live/mailbox/", mailbox_pages.mailbox_page, name="mailbox-new"),
    path("sources/live/mailbox/<int:pk>/", mailbox_pages.mailbox_page, name="mailbox"),
    path("sources/live/mailbox/<int:pk>/change/", mailbox_pages.mailbox_change, name="mailbox-change"),
    path("sources/live/in/", inbound_pages.endpoint_new_page, name="endpoint-new"),
    path("sources/live/in/<int:pk>/", inbound_pages.endpoint_page, name="endpoint"),
    path("sources/live/in/<int:pk>/preview/", inbound_pages.endpoint_preview, name="endpoint-preview"),
    path("sources/live/in/<int:pk>/change/", inbound_pages.endpoint_change, name="endpoint-change"),
    path("sources/live/out/", outbound_pages.subscription_new_page, name="subscription-new"),
    path("sources/live/out/<int:pk>/", outbound_pages.subscription_page, name="subscription"),
    path("sources/live/out/<int:pk>/change/", outbound_pages.subscription_change, name="subscription-change"),
    path("hooks/in/<str:token>/", receiving_pages.webhook_in, name="webhook-in"),
]
