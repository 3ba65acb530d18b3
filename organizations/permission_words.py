"""The contract's permissions (§9) in words, for the people who give them."""

from collections.abc import Mapping
from dataclasses import dataclass

from organizations.permissions import ACCESS_ENGINES, DELETE, MANAGE_BILLING, MANAGE_REVIEWS, MANAGE_SETTINGS, MANAGE_TEAM, REVIEW_TRANSLATIONS


@dataclass(frozen=True, slots=True)
class Words:
    """`title` is short; `meaning` a sentence of what one can then do."""

    title: str
    meaning: str


PERMISSION_WORDS: Mapping[str, Words] = {
    MANAGE_TEAM: Words("Manage the team", "Invites and removes members, gives roles, edits roles, makes service keys, reads the audit log."),
    MANAGE_SETTINGS: Words("Manage settings", "Changes the organization's settings, webhooks and provider accounts; makes and deletes engines."),
    MANAGE_BILLING: Words("Manage budgets", "Sets the credit limit and the daily quota of tokens."),
    MANAGE_REVIEWS: Words(
        "Manage reviews",
        "Sees who reviewed what, and statistics; takes a review from somebody, extends its time, sends the AI version on. Not the queue.",
    ),
    DELETE: Words("Delete the organization", "Erases it with all that belongs to it."),
    ACCESS_ENGINES: Words("Use engines", "Submits jobs, reads their results, edits the engine's models, glossary, instructions, voice and pipeline."),
    REVIEW_TRANSLATIONS: Words("Review translations", "Claims translations that wait for a person, and approves or edits them. Not the history."),
}
