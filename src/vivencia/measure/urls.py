"""Addresses of metrics."""

from django.urls import path

from vivencia.measure import benchmark_pages, compare_pages, export_pages, pages, row_pages, rule_pages, target_pages

urlpatterns = [
    path("metrics/", pages.metrics_page, name="metrics"),
    path("metrics/rules/", rule_pages.rules_page, name="metric-rules"),
    path("metrics/<str:name>/", pages.metric_page, name="metric"),
    path("metrics/<str:name>/card/", pages.metric_card, name="metric-card"),
    path("metrics/<str:name>/part/<str:part>/", pages.metric_part, name="metric-part"),
    path("metrics/<str:name>/rows/", row_pages.rows_page, name="metric-rows"),
    path("metrics/<str:name>/compare/", compare_pages.compare_page, name="metric-compare"),
    path("metrics/<str:name>/target/", target_pages.target_page, name="metric-target-new"),
    path("metrics/<str:name>/target/<int:pk>/", target_pages.target_page, name="metric-target"),
    path("metrics/<str:name>/target/<int:pk>/delete/", target_pages.target_delete, name="metric-target-delete"),
    path("metrics/<str:name>/benchmark/", benchmark_pages.benchmark_page, name="metric-benchmark-new"),
    path("metrics/<str:name>/benchmark/<int:pk>/", benchmark_pages.benchmark_page, name="metric-benchmark"),
    path(
        "metrics/<str:name>/benchmark/<int:pk>/delete/",
        benchmark_pages.benchmark_delete,
        name="metric-benchmark-delete",
    ),
    path("metrics/<str:name>/export/<str:what>.<str:form>", export_pages.export, name="metric-export"),
]
