"""How the outcome of an attempt is said in words, wherever attempts are shown."""

from django import template

register = template.Library()

# The classes of `webhooks.http`, and those that sending itself records. A bad status speaks for itself.
WORDS = {
    "address_refused": "The address is one that nothing may be sent to.",
    "scheme_refused": "Only https:// addresses are sent to.",
    "port_refused": "The address names a port that nothing may be sent to.",
    "url_refused": "The address is not one that can be sent to.",
    "name_not_found": "The host's name is not known.",
    "connect_timeout": "No connection within 5 s.",
    "connect_error": "The connection was refused.",
    "tls_error": "The certificate or the TLS handshake failed.",
    "read_timeout": "No answer within 15 s.",
    "too_slow": "The answer began, and did not come to its end within 15 s.",
    "connection_lost": "The connection was closed before an answer.",
    "malformed_answer": "The answer is not HTTP.",
    "redirect": "Redirects are not followed.",
    "gone": "The receiver wants no more: it is disabled.",
    "endpoint_disabled": "Not sent: the receiver is disabled.",
    "no_url": "Not sent: there is no address to send to.",
    "process_died": "The process that sent it ended; whether it arrived is not known.",
}


@register.filter
def error_words(error: str) -> str:
    """A sentence for the error class of an attempt; empty where the class says enough."""
    return WORDS.get(error, "")
