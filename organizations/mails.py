"""Mails to people, as plain text. A mail server that is away or not there is an answer and no error: what was to be said is said elsewhere."""

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

MAIL_SECONDS = 10  # without an answer of the mail server
NO_SERVER = ("console.EmailBackend", "dummy.EmailBackend", "filebased.EmailBackend")

NOT_SET_UP = "This installation has no mail server."
NOT_TAKEN = "The mail server did not take the mail."

log = structlog.get_logger(__name__)


def has_mail_server() -> bool:
    """Whether mails can reach anybody."""
    return not settings.EMAIL_BACKEND.endswith(NO_SERVER)


def send_mail(*, to: str, subject: str, body: str) -> str:
    """Sends at once; waits for the mail server, so call it outside of transactions. Returns why nobody got it, as a sentence; empty where it went."""
    headers = {"Auto-Submitted": "auto-generated"}
    message = EmailMessage(subject=one_line(subject), body=body, to=[to], headers=headers, connection=get_connection(timeout=MAIL_SECONDS))
    try:
        taken = message.send()
    except (OSError, ValueError) as exc:  # every error of smtplib is an OSError; Django refuses some addresses with ValueError
        log.warning("mail_not_sent", error=type(exc).__name__)
        return NOT_TAKEN
    if not has_mail_server():
        return NOT_SET_UP
    return "" if taken else NOT_TAKEN


def one_line(text: str) -> str:
    """A line break would end the header, or begin a paragraph that somebody else wrote."""
    return " ".join(text.split())
