"""How people log in."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import UsernameField
from unfold.forms import AuthenticationForm


class LoginForm(AuthenticationForm):  # type: ignore[misc]  # unfold is untyped
    """E-mail address and password. The sentence is the same for an unknown address, a wrong password and an account that is closed."""

    username = UsernameField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))

    error_messages: ClassVar[dict[str, Any]] = {
        "invalid_login": "This e-mail address and password do not match an account.",
        "inactive": "This e-mail address and password do not match an account.",
    }

    def clean_username(self) -> str:
        """Addresses are stored in lower case; failed attempts are counted by the address as stored, too."""
        return str(self.cleaned_data["username"]).lower()
