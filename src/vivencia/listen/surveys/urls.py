"""Addresses of surveys: where they are made, and where people answer them."""

from django.urls import path

from vivencia.listen.surveys import answer_pages, ask_pages, builder_pages, embed_pages, pages, share_pages

urlpatterns = [
    path("surveys/", pages.surveys, name="surveys"),
    path("surveys/new/", pages.new, name="survey-new"),
    path("surveys/<int:pk>/", builder_pages.builder, name="survey"),
    path("surveys/<int:pk>/save/", builder_pages.save, name="survey-save"),
    path("surveys/<int:pk>/preview/", builder_pages.preview, name="survey-preview"),
    path("surveys/<int:pk>/publish/", builder_pages.publish, name="survey-publish"),
    path("surveys/<int:pk>/about/", builder_pages.about, name="survey-about"),
    path("surveys/<int:pk>/versions/", builder_pages.versions, name="survey-versions"),
    path("surveys/<int:pk>/move/", pages.move, name="survey-move"),
    path("surveys/<int:pk>/copy/", pages.copy, name="survey-copy"),
    path("surveys/<int:pk>/share/", share_pages.share, name="survey-share"),
    path("surveys/<int:pk>/sites/", share_pages.sites, name="survey-sites"),
    path("surveys/<int:pk>/links/", share_pages.make_link, name="survey-make-link"),
    path("surveys/<int:pk>/links/<int:link>/end/", share_pages.end_link, name="survey-end-link"),
    path("surveys/<int:pk>/qr.<str:form>", share_pages.code, name="survey-qr"),
    path("surveys/<int:pk>/ask/", ask_pages.ask, name="survey-ask"),
    path("surveys/<int:pk>/ask/after/", ask_pages.add_trigger, name="survey-trigger-add"),
    path("surveys/<int:pk>/ask/after/<int:trigger>/", ask_pages.change_trigger, name="survey-trigger-change"),
    path("surveys/<int:pk>/ask/invite/", ask_pages.invite, name="survey-invite"),
    path("s/answer/", answer_pages.answer, name="survey-answer"),
    path("s/thanks/", answer_pages.thanks, name="survey-thanks"),
    path("s/widget.js", embed_pages.widget, name="survey-widget"),
    path("s/i/<str:token>/", answer_pages.link_page, name="survey-link"),
    path("s/r/<uuid:key>/", answer_pages.response_page, name="survey-response"),
    path("s/<slug:slug>/", answer_pages.survey_page, name="survey-page"),
]
