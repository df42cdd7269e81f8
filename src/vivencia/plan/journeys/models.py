"""Journey maps' tables: the library, what was done to each map in order, and its named versions."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vivencia.plan.journeys.drawing import Drawing, from_json


class MapKind(models.TextChoices):
    """What a map says: what customers live, or what they should live."""

    LIVED = "lived", _("As lived")
    TARGET = "target", _("As it should be")


class MapState(models.TextChoices):
    """How far people have agreed on a map."""

    DRAFT = "draft", _("Draft")
    AGREED = "agreed", _("Agreed on")
    RETIRED = "retired", _("Retired")


class JourneyMap(models.Model):
    """One map of the library. `stored` is `drawing.to_json` after operation number `seq`.

    `title` and `kind` are the drawing's own, kept beside it so that lists need not read drawings.
    `weight`: how much the journey matters here, 0 to 10, where no priced gaps say so better.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # names it in files and overlays
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=MapKind, default=MapKind.TARGET, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=MapState, default=MapState.DRAFT, db_index=True)
    parent = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="children")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    persona = models.CharField(_("persona"), max_length=200, blank=True)
    segment = models.ForeignKey(
        "understand.Segment",
        on_delete=models.PROTECT,  # without it the map would be of everybody, under the same name
        null=True,
        blank=True,
        related_name="+",
    )
    since = models.DateField(null=True, blank=True)  # the period a lived map was filled from
    until = models.DateField(null=True, blank=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=5)
    stored = models.JSONField(default=dict)
    seq = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def drawing(self) -> Drawing:
        return from_json(self.stored)


class Way(models.TextChoices):
    """How an operation came about."""

    DO = "do", _("Done")
    UNDO = "undo", _("Undone")
    REDO = "redo", _("Done again")


class MapOperation(models.Model):
    """One thing done to a map; never changed, never removed while the map is there.

    `document` is the operation, `inverse` what takes it back, as `operations.write` says them. `token` is the sender's,
    so that what is sent twice counts once. An operation `applied` False had no effect and `why` says the reason; it is
    kept, so that nothing anybody typed is lost. `overwrote` is the operation of somebody else, made after what the
    sender saw, whose value this one replaced. `reverses` is what an undo or redo took back.
    """

    map = models.ForeignKey(JourneyMap, on_delete=models.CASCADE, related_name="operations")
    seq = models.PositiveIntegerField()
    token = models.CharField(max_length=64)
    base = models.PositiveIntegerField(default=0)  # the newest seq the sender had seen
    way = models.CharField(max_length=4, choices=Way, default=Way.DO)
    document = models.JSONField()
    inverse = models.JSONField(null=True)
    applied = models.BooleanField(default=True)
    why = models.CharField(max_length=40, blank=True)
    about = models.CharField(max_length=410, blank=True)  # the name, then, of the step or phase it is about
    reverses = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    overwrote = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["map", "seq"], name="map_operation_seq"),
            models.UniqueConstraint(fields=["map", "token"], name="map_operation_token"),
        ]

    def __str__(self) -> str:
        return f"{self.map_id} #{self.seq}"


class MapPresence(models.Model):
    """Somebody at a map, as their browser said last: `step` is the key of the step they are on, "" where on none."""

    map = models.ForeignKey(JourneyMap, on_delete=models.CASCADE, related_name="present")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["map", "user"], name="map_presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.map_id}: {self.user_id}"


class MapVersion(models.Model):
    """A map as it was, under a name. It never changes."""

    map = models.ForeignKey(JourneyMap, on_delete=models.CASCADE, related_name="versions")
    name = models.CharField(_("name"), max_length=120)
    seq = models.PositiveIntegerField()
    stored = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A version does not change; make another")
        super().save(*args, **kwargs)

    @property
    def drawing(self) -> Drawing:
        return from_json(self.stored)
