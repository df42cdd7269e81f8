"""Addresses of customers and segments."""

from django.urls import path

from vivencia.understand import erasure_pages, pages, segment_pages

urlpatterns = [
    path("customers/", pages.customers_page, name="customers"),
    path("customers/segments/", segment_pages.segments_page, name="segments"),
    path("customers/segments/new/", segment_pages.segment_page, name="segment-new"),
    path("customers/segments/row/", segment_pages.segment_row, name="segment-row"),
    path("customers/segments/count/", segment_pages.segment_count, name="segment-count"),
    path("customers/segments/<int:pk>/", segment_pages.segment_page, name="segment"),
    path("customers/segments/<int:pk>/delete/", segment_pages.segment_delete, name="segment-delete"),
    # ids come from other systems and may hold slashes, so they stand last
    path("customers/timeline/<path:customer_id>", pages.timeline_part, name="customer-timeline"),
    path("customers/erase/<path:customer_id>", erasure_pages.erase_page, name="customer-erase"),
    path("customers/one/<path:customer_id>", pages.customer_page, name="customer"),
]
