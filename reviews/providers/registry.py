"""Which providers of human review there are, by the names of `engines.review_accounts`."""

from engines.review_accounts import GENGO, ReviewAccount
from reviews.providers.base import ReviewProvider
from reviews.providers.gengo import Gengo

_PROVIDERS = {GENGO: Gengo}


def make_provider(account: ReviewAccount) -> ReviewProvider:
    """For one account. Raises Refused where its key is gone."""
    return _PROVIDERS[account.provider](account)
