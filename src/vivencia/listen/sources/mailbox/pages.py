"""Mailboxes: which ones do we listen to, and can they be read?"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from vivencia.foundation import audit, vocabulary
from vivencia.foundation.models import Act
from vivencia.foundation.rights import Right, needs
from vivencia.foundation.sealed import seal
from vivencia.listen.sources.mailbox import listening
from vivencia.listen.sources.mailbox.imap import MailboxError
from vivencia.listen.sources.models import Mailbox
from vivencia.listen.sources.telling import told


class MailboxForm(forms.ModelForm[Mailbox]):
    port = forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, initial=993, localize=False)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept sealed. Leave it empty to keep the one that is set."),
    )
    old_too = forms.BooleanField(
        label=gettext_lazy("Take in the mail that is there already, too"),
        required=False,
        help_text=gettext_lazy("Otherwise it begins with what comes from now on."),
    )

    class Meta:
        model = Mailbox
        fields = ("name", "host", "port", "security", "user", "password", "folder", "touchpoint", "old_too")
        help_texts = {
            "name": gettext_lazy("As the timeline calls it, such as Customer service."),
            "host": gettext_lazy("Such as imap.example.com"),
            "touchpoint": gettext_lazy("Where in the journey writing to it belongs."),
        }

    field_order = ("name", "host", "port", "security", "user", "password", "folder", "touchpoint", "old_too")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["touchpoint"] = vocabulary.written(self.instance.touchpoint, vocabulary.TOUCHPOINTS)

    def clean_touchpoint(self) -> str:
        """The name that is stored for what is shown in the reader's language."""
        return vocabulary.meant(self.cleaned_data["touchpoint"], vocabulary.TOUCHPOINTS, self.instance.touchpoint)


@needs(Right.ADMINISTER)
def mailbox_page(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new mailbox, or one that is there. It is saved only once it could be opened."""
    one = get_object_or_404(Mailbox, pk=pk) if pk else None
    form = MailboxForm(request.POST or None, instance=one)
    if one is not None:
        del form.fields["old_too"]
    if form.is_valid() and _opened(form, is_new=one is None):
        form.instance.save()
        audit.record(Act.SETTINGS_CHANGED, by=request.user, what="mailbox")
        messages.success(request, _("It can be read. New messages stand on the timelines within a minute."))
        return redirect("connected")
    told: dict[str, Any] = {"form": form, "mailbox": one}
    return render(request, "sources/mailbox.html", told, status=422 if form.errors else 200)


def _opened(form: MailboxForm, *, is_new: bool) -> bool:
    """Try it, so that what is wrong is said beside the form and not in a log."""
    mailbox: Mailbox = form.save(commit=False)
    if form.cleaned_data["password"]:
        mailbox.sealed_password = seal(form.cleaned_data["password"])
    before = (mailbox.uid_validity, mailbox.last_uid)
    try:
        listening.start_from_now(mailbox)
    except MailboxError as problem:
        form.add_error(None, told(str(problem)))
        return False
    if not is_new and before[0] == mailbox.uid_validity:
        mailbox.last_uid = before[1]
    elif form.cleaned_data.get("old_too"):
        mailbox.last_uid = 0
    mailbox.problem = ""
    return True


@needs(Right.ADMINISTER)
@require_POST
def mailbox_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause or take up again, delete."""
    one = get_object_or_404(Mailbox, pk=pk)
    if request.POST.get("act") == "delete":
        one.delete()
        messages.success(request, _("We no longer listen to it. What it brought stays on the timelines."))
    elif request.POST.get("act") == "active":
        Mailbox.objects.filter(pk=pk).update(active=not one.active)
    return redirect("connected")
