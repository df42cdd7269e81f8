"""Addresses of the API and of its pages under Sources."""

from django.urls import path

from vivencia.listen.api import documents, pages, receiving, scripts

urlpatterns = [
    path("v1/openapi.json", documents.openapi, name="api-openapi"),
    path("v1/projects/<str:key>/settings", scripts.segment_settings, name="api-settings"),
    path("v1/<str:call>", receiving.receive, name="api-receive"),
    path("v.js", scripts.ours, name="browser-script"),
    path("analytics.js/v1/<str:key>/analytics.min.js", scripts.ours, name="browser-script-segment"),
    path("api/", documents.page, name="api-guide"),
    path("sources/live/", pages.live, name="live"),
    path("sources/live/keys/", pages.make_key, name="key-make"),
    path("sources/live/keys/<int:pk>/revoke/", pages.revoke_key, name="key-revoke"),
    path("sources/plan/", pages.track_plan, name="track-plan"),
    path("sources/plan/confirm/", pages.confirm, name="track-plan-confirm"),
    path("sources/plan/rejected/", pages.rejected, name="rejected"),
    path("sources/plan/rejected/again/", pages.try_again, name="rejected-again"),
    path("sources/plan/rejected/discard/", pages.discard, name="rejected-discard"),
    path("sources/plan/<int:pk>/", pages.planned, name="planned"),
]
