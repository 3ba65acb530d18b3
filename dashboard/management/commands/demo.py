"""`manage.py demo`: something to try Interlinear with."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from dashboard.demo import ORGANIZATION_NAME, Demo, make_demo
from engines.defaults import describe_default
from foundation.api_errors import ApiError
from foundation.clock import database_now


class Command(BaseCommand):
    help = "Make a demo organization with an engine, an API key and people to log in as. Repeating it changes nothing. Its passwords are public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one line of JSON and nothing else")
        parser.add_argument("--organization", default=ORGANIZATION_NAME, metavar="NAME", help="another demo organization, beside the first")
        parser.add_argument("--new-key", action="store_true", help="make an API key even if there is one, whose text nobody can read any more")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["organization"].strip()
        if not 0 < len(name) <= 200:
            raise CommandError("The organization's name must have 1 to 200 characters.")
        try:
            demo = make_demo(organization_name=name, with_new_key=options["new_key"], now=database_now())
        except ApiError as exc:
            raise CommandError(exc.message) from exc
        except DatabaseError as exc:
            raise CommandError(f"The database does not answer as expected ({exc}). Has `manage.py migrate` been run?") from exc
        self.stdout.write(json.dumps(demo.as_json()) if options["json"] else _in_words(demo))


def _in_words(demo: Demo) -> str:
    values = demo.as_json()
    people = [f"  {person.email}  password {person.password}  ({person.role})" for person in demo.people]
    return "\n".join(
        [
            f"{demo.organization.name} is ready at {values['baseUrl']}",
            f"  organization    {demo.organization.pk}",
            f"  engine          {demo.engine.pk}",
            f"  API key         {demo.api_key or 'made before, and shown only then; --new-key makes another'}",
            f"  webhook secret  {demo.webhook_secret}",
            "Log in as:",
            *people,
            describe_default(),
        ]
    )
