"""Every address of the product, one include a package."""

from django.urls import include, path

urlpatterns = [
    path("", include("vivencia.foundation.urls")),
    path("", include("vivencia.listen.urls")),
    path("", include("vivencia.listen.api.urls")),
    path("", include("vivencia.listen.surveys.urls")),
    path("", include("vivencia.listen.sources.urls")),
    path("", include("vivencia.act.urls")),
    path("", include("vivencia.plan.urls")),
    path("", include("vivencia.plan.vision.urls")),
    path("", include("vivencia.plan.journeys.urls")),
    path("", include("vivencia.plan.initiatives.urls")),
    path("", include("vivencia.plan.roadmap.urls")),
    path("", include("vivencia.plan.impact.urls")),
    path("", include("vivencia.moments.urls")),
    path("", include("vivencia.lead.urls")),
    path("", include("vivencia.understand.urls")),
    path("", include("vivencia.understand.personas.urls")),
    path("", include("vivencia.measure.urls")),
    path("", include("vivencia.measure.responses.urls")),
]

handler400 = "vivencia.foundation.error_pages.bad_request"
handler403 = "vivencia.foundation.error_pages.forbidden"
handler404 = "vivencia.foundation.error_pages.not_found"
handler500 = "vivencia.foundation.error_pages.broken"
