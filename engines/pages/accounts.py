"""Which providers there are, and by whose account an organization reaches each: its own, the operator's, or none needed."""

from dataclasses import dataclass

from engines.management.credential_services import PROVIDERS
from engines.models import ProviderCredential
from engines.providers import apertium
from engines.providers.registry import is_configured, provider_names
from organizations.models import Organization

TITLES = {
    "openai": "OpenAI, or a server that speaks its protocol",
    "anthropic": "Anthropic",
    "google": "Google Gemini",
    "apertium": "Apertium, on this machine",
    "pseudo": "Pseudo-localization",
    "gengo": "Gengo",
}


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """One provider. `own` is the organization's credential, without its key; it goes before the operator's account."""

    provider: str
    title: str
    own: ProviderCredential | None
    is_operators: bool  # the environment has an account
    needs_account: bool
    is_installed: bool  # of those that need none: whether this machine has it

    @property
    def is_reached(self) -> bool:
        """Whether a call can be made."""
        return self.own is not None or self.is_operators or (self.is_installed and not self.needs_account)

    @property
    def owner(self) -> str:
        """Whose account is used: the organization's id, or empty for the operator's."""
        return self.own.organization_id if self.own else ""

    @property
    def standing(self) -> str:
        """In words."""
        if self.own:
            return "your own account"
        if self.is_operators:
            return "the operator's account"
        if self.needs_account:
            return "no account"
        return "needs no account" if self.is_installed else "not installed"


def provider_accounts(organization: Organization) -> list[ProviderAccount]:
    """Of every provider there is. One query."""
    rows = ProviderCredential.objects.filter(organization=organization).defer("key")
    own = {row.provider: row for row in rows}
    return [
        ProviderAccount(
            provider=name,
            title=TITLES.get(name, name),
            own=own.get(name),
            is_operators=name in PROVIDERS and is_configured(name),
            needs_account=name in PROVIDERS,
            is_installed=name != "apertium" or bool(apertium.available_pairs()),
        )
        for name in provider_names()
    ]
