"""`manage.py setup`: the first organization of a real installation, and its owner."""

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import DatabaseError

from dashboard.installation import Installed, install
from engines.defaults import describe_default
from foundation.api_errors import ApiError
from foundation.clock import database_now
from organizations.models import Organization, User


class Command(BaseCommand):
    help = "Make the first organization with its owner, a default engine and an API key, which is printed once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="NAME", help="its name (or SETUP_ORGANIZATION)")
        parser.add_argument("--email", help="the owner's address (or SETUP_EMAIL)")
        parser.add_argument("--password-stdin", action="store_true", help="read the owner's password from standard input (or SETUP_PASSWORD)")
        parser.add_argument("--no-input", action="store_true", help="ask nothing; refuse when something is missing")
        parser.add_argument("--another", action="store_true", help="make one more, though there is an organization already")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if Organization.objects.exists() and not options["another"]:
                raise CommandError("There is an organization already. To make one more, say --another.")
            self.stdout.write(_in_words(self._install(options)))
        except EOFError as exc:
            raise CommandError("There is nobody to ask here. Say --no-input, and the rest by options or the environment.") from exc
        except ApiError as exc:
            raise CommandError(exc.message) from exc
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc
        except DatabaseError as exc:
            raise CommandError(f"The database does not answer as expected ({exc}). Has `manage.py migrate` been run?") from exc

    def _install(self, options: dict[str, Any]) -> Installed:
        ask = not options["no_input"]
        name = options["organization"] or os.environ.get("SETUP_ORGANIZATION") or (ask and input("Organization: ")) or ""
        email = options["email"] or os.environ.get("SETUP_EMAIL") or (ask and input("Owner's e-mail: ")) or ""
        if not 0 < len(name.strip()) <= 200:
            raise CommandError("The organization needs a name of 1 to 200 characters: --organization or SETUP_ORGANIZATION.")
        if not email:
            raise CommandError("The owner needs an e-mail address: --email or SETUP_EMAIL.")
        validate_email(email.strip())
        password = _password(options["password_stdin"], ask=ask)
        validate_password(password, User(email=email.strip()))
        return install(organization_name=name.strip(), email=email.strip(), password=password, now=database_now())


def _password(from_stdin: bool, *, ask: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = os.environ.get("SETUP_PASSWORD")
    if given or not ask:
        return given or ""
    password = getpass("Password: ")
    if getpass("Password, again: ") != password:
        raise CommandError("The two passwords differ.")
    return password


def _in_words(made: Installed) -> str:
    return "\n".join(
        [
            f"{made.organization.name} is ready.",
            f"  organization  {made.organization.pk}",
            f"  engine        {made.engine.pk}",
            f"  owner         {made.owner.email}",
            f"  API key       {made.key_text}",
            "The key is shown this once. It may do what the role Full Access may.",
            describe_default(),
        ]
    )
