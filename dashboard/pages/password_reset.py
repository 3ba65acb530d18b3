"""`/password-reset`: a new password by mail, with Django's views and tokens.

The answer is the same for known and unknown addresses, in its text and in its time: the mail is handed to the mail server on a thread of its own. An
account gets one mail a minute at most. A new password ends all sessions of the person, since sessions carry a hash of it.
"""

from collections.abc import Iterable
from threading import Thread
from typing import Any

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.views import PasswordResetCompleteView, PasswordResetConfirmView, PasswordResetDoneView, PasswordResetView
from django.core.cache import cache
from django.http import HttpResponse
from django.template import loader
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from organizations.forms import NewPasswordForm, look_like_login
from organizations.mails import has_mail_server, send_mail
from organizations.models import User

SECONDS_BETWEEN = 60
THREAD = "password-reset-mail"


class AskForm(PasswordResetForm):
    """An address; whether anybody has it, nobody is told."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "email", "autofocus": True}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        look_like_login(self)

    def get_users(self, email: str) -> Iterable[User]:
        """The person, also one who has no password yet; never a service. Not twice in a minute."""
        people = User.objects.filter(email=email.lower(), kind=User.Kind.PERSON, is_active=True)
        return (person for person in people if cache.add(f"password-reset:{person.pk}", True, SECONDS_BETWEEN))

    def send_mail(
        self,
        subject_template_name: str,
        email_template_name: str,
        context: dict[str, Any],
        from_email: str | None,
        to_email: str,
        html_email_template_name: str | None = None,
    ) -> None:
        """On a thread of its own, which asks no database."""
        subject, body = (loader.render_to_string(name, context) for name in (subject_template_name, email_template_name))
        Thread(target=send_mail, kwargs={"to": to_email, "subject": subject, "body": body}, name=THREAD, daemon=True).start()


class _Outside:
    """What the frame of a page in front of the shell needs."""

    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # of the view that this is mixed into
        return {**context, **admin.site.each_context(self.request), "title": "Password reset"}


class AskForReset(_Outside, PasswordResetView):
    form_class = AskForm
    template_name = "dashboard/password_reset.html"
    subject_template_name = "dashboard/password_reset_subject.txt"
    email_template_name = "dashboard/password_reset_mail.txt"
    extra_email_context = {"public_url": settings.PUBLIC_URL}
    success_url = reverse_lazy("password-reset-sent")


class ResetSent(_Outside, PasswordResetDoneView):
    template_name = "dashboard/password_reset_sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "has_mail_server": has_mail_server()}


@method_decorator(never_cache, name="dispatch")
class SetNewPassword(_Outside, PasswordResetConfirmView):
    """The link's token goes into the session at once, and out of the address."""

    form_class = NewPasswordForm
    template_name = "dashboard/password_reset_confirm.html"
    success_url = reverse_lazy("password-reset-complete")

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        """Whoever has proved their address is locked out no more, from here."""
        response = super().form_valid(form)
        reset(username=form.user.email, ip=get_client_ip_address(self.request))
        return response


class ResetComplete(_Outside, PasswordResetCompleteView):
    template_name = "dashboard/password_reset_complete.html"
