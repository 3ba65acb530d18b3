"""`manage.py review_sandbox`: a review provider to try things with."""

import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reviews.sandbox.automatic import MODES as AUTOMATIC_MODES
from reviews.sandbox.book import Account
from reviews.sandbox.callbacks import MODES as CALLBACK_MODES
from reviews.sandbox.server import Sandbox


class Command(BaseCommand):
    help = (
        "Serve a review provider on this machine, for development: it speaks the protocol, keeps everything in memory, and has a page on which one "
        "plays the translator. Needs REVIEW_ALLOW_LOOPBACK=1, which production refuses."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        account = Account()
        parser.add_argument("--port", type=int, default=8030)
        parser.add_argument("--public-key", default=account.public_key)
        parser.add_argument("--private-key", default=account.private_key)
        parser.add_argument("--callbacks", choices=CALLBACK_MODES, default="normal")
        parser.add_argument("--automatic", choices=AUTOMATIC_MODES, default="", help="hand in the draft, as it is or marked, without anybody")
        parser.add_argument("--seconds", type=float, default=5, help="that the automatic translator takes")
        parser.add_argument("--queued-reads", type=int, default=0, help="reads of an order before its jobs have ids")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.REVIEW_ALLOW_LOOPBACK:
            raise CommandError("Set REVIEW_ALLOW_LOOPBACK=1, for the worker too: the sandbox is for development, and nothing else may call it.")
        account = Account(public_key=options["public_key"], private_key=options["private_key"], queued_reads=options["queued_reads"])
        try:
            sandbox = Sandbox(
                options["port"], account=account, callbacks=options["callbacks"], automatic=options["automatic"], seconds=options["seconds"]
            )
        except OSError as exc:
            raise CommandError(f"Port {options['port']} cannot be used: {exc.strerror}.") from exc
        with sandbox:
            self.stdout.write(
                f"Review sandbox: http://127.0.0.1:{sandbox.port}/ is the translator's page.\n"
                f"  base URL     {sandbox.base_url}\n  public key   {account.public_key}\n  private key  {account.private_key}"
            )
            self.stdout.flush()
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return
