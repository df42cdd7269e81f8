"""Addresses of customers and segments."""

from django.urls import path

from vivencia.understand import (
    erasure_pages,
    journey_compare_pages,
    journey_customer_pages,
    journey_funnel_pages,
    journey_lane_pages,
    journey_pages,
    journey_variant_pages,
    pages,
    phase_pages,
    segment_pages,
    voice_pages,
)

urlpatterns = [
    path("journeys/", journey_pages.flow_page, name="journeys"),
    path("journeys/detail/", journey_pages.detail_part, name="journey-detail"),
    path("journeys/lanes/", journey_lane_pages.lanes_page, name="journey-lanes"),
    path("journeys/variants/", journey_variant_pages.variants_page, name="journey-variants"),
    path("journeys/funnel/", journey_funnel_pages.funnel_page, name="journey-funnel"),
    path("journeys/compare/", journey_compare_pages.compare_page, name="journey-compare"),
    path("journeys/customers/", journey_customer_pages.customers_page, name="journey-customers"),
    path("journeys/phases/", phase_pages.phases_page, name="journey-phases"),
    path("voices/", voice_pages.voices_page, name="voices"),
    path("voices/export.<str:form>", voice_pages.voices_export, name="voices-export"),
    path("voices/context/<path:event_id>", voice_pages.context_part, name="voice-context"),
    path("customers/", pages.customers_page, name="customers"),
    path("customers/segments/", segment_pages.segments_page, name="segments"),
    path("customers/segments/new/", segment_pages.segment_page, name="segment-new"),
    path("customers/segments/row/", segment_pages.segment_row, name="segment-row"),
    path("customers/segments/count/", segment_pages.segment_count, name="segment-count"),
    path("customers/segments/<int:pk>/", segment_pages.segment_page, name="segment"),
    path("customers/segments/<int:pk>/delete/", segment_pages.segment_delete, name="segment-delete"),
    path("customers/erased/<uuid:receipt>/", erasure_pages.erased_page, name="erased"),
    # ids come from other systems and may hold slashes, so they stand last
    path("customers/timeline/<path:customer_id>", pages.timeline_part, name="customer-timeline"),
    path("customers/erase/<path:customer_id>", erasure_pages.erase_page, name="customer-erase"),
    path("customers/one/<path:customer_id>", pages.customer_page, name="customer"),
]
