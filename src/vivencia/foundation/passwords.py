"""What a password must not be, said in our words: Django's own are stiff in Spanish."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class NotLikeThePerson(password_validation.UserAttributeSimilarityValidator):
    """Not the name or the e-mail address of who it belongs to."""

    def get_error_message(self) -> str:
        return _("The password is too much like the name or the e-mail address.")

    def get_help_text(self) -> str:
        return _("Not like the name or the e-mail address.")


class LongEnough(password_validation.MinimumLengthValidator):
    """At least eight characters."""

    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        shortest = self.min_length
        return ngettext("At least %(n)s character.", "At least %(n)s characters.", shortest) % {"n": shortest}


class NotCommon(password_validation.CommonPasswordValidator):
    """Not one of the passwords everybody tries first."""

    def get_error_message(self) -> str:
        return _("Many people use this password: choose another.")

    def get_help_text(self) -> str:
        return _("Not one that many people use.")
