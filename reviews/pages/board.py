"""One review as one person sees it at one moment: every text with how far they are. The workspace's pages and acts start here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from foundation.customer_json import parse
from localization.models import Step
from organizations.access import Actor
from organizations.models import User
from reviews.answers import Answer, as_stored
from reviews.checking import is_error
from reviews.content import Content, load_content, text_at
from reviews.models import Decision, Draft, Flag, ReviewItem
from reviews.progress import NEEDING_ATTENTION, Mark, Standing, stand, stand_all
from reviews.queries import state_of
from reviews.reading import read_drafts, read_flags


@dataclass(frozen=True, slots=True)
class Counts:
    """Texts. `clean` are those that may be accepted at once."""

    total: int
    attention: int
    errors: int
    edited: int
    unseen: int
    done: int
    clean: int


@dataclass(frozen=True)
class Board:
    """`state` counts a lease that ran out. `person` is whose work is seen: the viewer's own, of a claimed review its holder's, of a decided one its
    reviewer's."""

    item: ReviewItem
    content: Content
    viewer: User
    person: User
    now: datetime
    state: str
    drafts: Mapping[int, Draft]
    flags: Mapping[int, tuple[Flag, ...]]

    @property
    def is_mine(self) -> bool:
        return self.state == ReviewItem.State.CLAIMED and self.item.holder_id == self.viewer.pk

    @property
    def is_open(self) -> bool:
        return self.item.ended_at is None

    @property
    def is_free(self) -> bool:
        """Whether it can be claimed."""
        return self.is_open and self.state == ReviewItem.State.AVAILABLE and self.item.due_at > self.now

    @property
    def fence(self) -> int:
        return self.item.fence

    @cached_property
    def standings(self) -> Sequence[Standing]:
        """In reading order of the source."""
        return list(stand_all(self.content, self.drafts, self.flags, self.person))

    def standing(self, number: int) -> Standing:
        return stand(self.content, number, self.drafts.get(number), self.flags.get(number, ()), self.person)

    @cached_property
    def by_risk(self) -> Sequence[Standing]:
        """What the checks call unusable first, then what a person should look at, else in reading order; the order stays while somebody works."""
        return sorted(self.standings, key=lambda standing: (self._risk(standing), standing.number))

    def _risk(self, standing: Standing) -> int:
        found = self.content.find_faults(standing.number, self.content.translations[standing.number])
        if any(map(is_error, found)):
            return 0
        return 1 if found else 2 if standing.flags or standing.left else 3

    @cached_property
    def counts(self) -> Counts:
        marks = [standing.mark for standing in self.standings]
        return Counts(
            total=len(marks),
            attention=sum(mark in NEEDING_ATTENTION for mark in marks),
            errors=marks.count(Mark.ERROR),
            edited=sum(standing.is_edited for standing in self.standings),
            unseen=sum(standing.own is None for standing in self.standings),
            done=sum(standing.is_done for standing in self.standings),
            clean=sum(standing.is_clean for standing in self.standings),
        )


def read_board(item: ReviewItem, *, actor: Actor, now: datetime) -> Board:
    """Four queries where this process has read the item lately; of a decided review two more."""
    content, state = load_content(item), state_of(item, now)
    person, drafts = actor.user, read_drafts(item)
    if state == ReviewItem.State.CLAIMED and item.holder:
        person = item.holder
    if state == ReviewItem.State.SUBMITTED:
        decision = Decision.objects.select_related("reviewer").get(item=item)
        person = decision.reviewer or actor.user
        drafts = _as_drafts(content, decision, person)
    return Board(item, content, actor.user, person, now, state, drafts, read_flags(item))


def read_key_board(item: ReviewItem, number: int, *, actor: Actor, now: datetime) -> Board:
    """For an act on one key of the actor's own claim: of drafts that key's alone, no flags, and nothing to be counted. Two queries."""
    drafts = {draft.number: draft for draft in Draft.objects.filter(item=item, number=number)}
    return Board(item, load_content(item), actor.user, actor.user, now, state_of(item, now), drafts, {})


def _as_drafts(content: Content, decision: Decision, person: User) -> dict[int, Draft]:
    """What was decided, told as the drafts that it was made of: they are gone with the decision."""
    output = Step.objects.values_list("output", flat=True).get(pk=content.item.step_id)
    decided = parse(output or content.output)
    reasons = {(one["path"], one["code"]): one["reason"] for one in decision.false_alarms}
    drafts = {}
    for segment in content.segments:
        number, text = segment.number, text_at(decided, segment.path)
        answers = [
            Answer(finding.code, finding.message, reasons.get((content.paths[number], finding.code), ""))
            for finding in content.find_faults(number, text)
        ]
        given = as_stored(answers, person)
        drafts[number] = Draft(item=content.item, number=number, text=text, author=person, updated_at=decision.decided_at, answers=given)
    return drafts
