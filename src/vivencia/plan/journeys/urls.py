"""Addresses of journey maps."""

from django.urls import path

from vivencia.plan.journeys import canvas_pages, format_pages, gap_pages, history, pages

urlpatterns = [
    path("plan/maps/", pages.maps_page, name="journey-maps"),
    path("plan/maps/worth/", pages.worth, name="journey-maps-worth"),
    path("plan/maps/new/", pages.new, name="journey-map-new"),
    path("plan/maps/<int:pk>/", canvas_pages.canvas, name="journey-map"),
    path("plan/maps/<int:pk>/state/", canvas_pages.state, name="journey-map-state"),
    path("plan/maps/<int:pk>/here/", canvas_pages.here, name="journey-map-here"),
    path("plan/maps/<int:pk>/edit/", canvas_pages.edit, name="journey-map-edit"),
    path("plan/maps/<int:pk>/undo/", canvas_pages.undo, name="journey-map-undo"),
    path("plan/maps/<int:pk>/overlay/", canvas_pages.overlaid, name="journey-map-overlay"),
    path("plan/maps/<int:pk>/sheets/", canvas_pages.sheet_part, name="journey-map-sheets"),
    path("plan/maps/<int:pk>/about/", pages.about, name="journey-map-about"),
    path("plan/maps/<int:pk>/copy/", pages.copy, name="journey-map-copy"),
    path("plan/maps/<int:pk>/delete/", pages.delete, name="journey-map-delete"),
    path("plan/maps/<int:pk>/history/", history.history, name="journey-map-history"),
    path("plan/maps/<int:pk>/versions/keep/", history.keep, name="journey-map-keep"),
    path("plan/maps/<int:pk>/versions/<int:number>/", history.version, name="journey-map-version"),
    path("plan/maps/<int:pk>/versions/<int:number>/restore/", history.restore, name="journey-map-restore"),
    path("plan/maps/<int:pk>/present/", history.present, name="journey-map-present"),
    path("plan/maps/import/", format_pages.import_page, name="map-import"),
    path("plan/maps/<int:pk>/files/", format_pages.files_page, name="map-files"),
    path("plan/maps/<int:pk>/files/map.<str:form>", format_pages.export, name="map-export"),
    path("plan/maps/gaps/", gap_pages.gaps_page, name="gaps"),
    path("plan/maps/from-moment/", gap_pages.from_moment, name="map-from-moment"),
    path("plan/maps/<int:pk>/gaps/", gap_pages.map_gaps_page, name="map-gaps"),
    path("plan/maps/<int:pk>/gaps/<str:step>/<str:expectation>/", gap_pages.gap_page, name="map-gap"),
    path("plan/maps/<int:pk>/followed/", gap_pages.followed_customers_page, name="map-followed-customers"),
]
