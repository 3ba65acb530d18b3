"""What reviewers did in the last weeks, counted: by person, by week, and by both. A week begins on Monday where the organization is.

*Time per word* is from claim to decision, divided by the words of the source; of several reviews the median. *As it was* are decisions that changed
no text. *Edit distance* is the mean over the others (`reviews.edit_distance`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

from django.db.models import Q

from organizations.models import Organization
from organizations.zones import zone_of
from reviews.models import Claim, Decision, ReviewItem

WEEK = timedelta(weeks=1)
GONE = "somebody who left"


@dataclass(slots=True)
class Tally:
    """Counts that grow while rows are read. Times in seconds per word, distances from 0 to 1."""

    items: int = 0
    words: int = 0
    as_is: int = 0
    expired: int = 0  # claims that ran out
    timed_out: int = 0  # waits that nobody ended
    _times: list[float] = field(default_factory=list)
    _distances: list[float] = field(default_factory=list)

    def add(self, *, words: int, changed: int, distance: float | None, took: timedelta) -> None:
        self.items += 1
        self.words += words
        self.as_is += not changed
        self._times.append(took.total_seconds() / max(words, 1))
        if distance is not None:
            self._distances.append(distance)

    @property
    def seconds_per_word(self) -> float | None:
        return median(self._times) if self._times else None

    @property
    def share_as_is(self) -> float | None:
        return self.as_is / self.items if self.items else None

    @property
    def edited(self) -> int:
        return self.items - self.as_is

    @property
    def edit_distance(self) -> float | None:
        return fmean(self._distances) if self._distances else None


@dataclass(frozen=True, slots=True)
class Person:
    """Who decided or held; `id` is empty where the account is gone."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Figures:
    """`weeks` are Mondays, the earliest first, the present week last; whatever is not there has not happened."""

    weeks: Sequence[date]
    total: Tally
    by_week: Mapping[date, Tally]
    by_person: Mapping[Person, Tally]
    by_both: Mapping[tuple[Person, date], Tally]


class _Collector:
    def __init__(self, weeks: Sequence[date], zone: ZoneInfo) -> None:
        self.zone = zone
        self.total = Tally()
        self.by_week: defaultdict[date, Tally] = defaultdict(Tally, {week: Tally() for week in weeks})
        self.by_person: defaultdict[Person, Tally] = defaultdict(Tally)
        self.by_both: defaultdict[tuple[Person, date], Tally] = defaultdict(Tally)

    def at(self, moment: datetime, person: Person | None = None) -> list[Tally]:
        """All that something that happened then, to that person, is counted in."""
        week = monday(moment, self.zone)
        of_person = [self.by_person[person], self.by_both[person, week]] if person else []
        return [self.total, self.by_week[week], *of_person]


def count_figures(organization: Organization, *, weeks: int, now: datetime) -> Figures:
    """Of this week and those before it, `weeks` in all. Three queries."""
    zone = zone_of(organization)
    mondays = [monday(now, zone) - WEEK * back for back in range(weeks - 1, -1, -1)]
    since = datetime.combine(mondays[0], time(), zone)
    found = _Collector(mondays, zone)
    names = _count_decisions(found, organization, since)
    _count_expired(found, organization, since, names)
    timed_out = ReviewItem.objects.filter(organization=organization, state=ReviewItem.State.TIMED_OUT, ended_at__gte=since)
    for ended_at in timed_out.values_list("ended_at", flat=True):
        for tally in found.at(ended_at) if ended_at else []:
            tally.timed_out += 1
    return Figures(mondays, found.total, found.by_week, found.by_person, found.by_both)


def _count_decisions(found: _Collector, organization: Organization, since: datetime) -> dict[str, Person]:
    """Returns the people by id, as their decisions name them; the latest name counts."""
    decisions = Decision.objects.filter(item__organization=organization, item__ended_at__gte=since).order_by("-item__ended_at")
    columns = ("reviewer_id", "reviewer_label", "item__words", "changed", "edit_distance", "claimed_at", "decided_at")
    people: dict[str, Person] = {}
    for person_id, label, words, changed, distance, claimed_at, decided_at in decisions.values_list(*columns):
        person = people.setdefault(person_id, Person(person_id, label)) if person_id else Person("", label)
        for tally in found.at(decided_at, person):
            tally.add(words=words, changed=changed, distance=distance, took=decided_at - claimed_at)
    return people


def _count_expired(found: _Collector, organization: Organization, since: datetime, people: dict[str, Person]) -> None:
    """Claims that ran out. Only an item that is open or ended since then can have one: that is what its indexes find."""
    of_items = Q(item__ended_at=None) | Q(item__ended_at__gte=since)
    claims = Claim.objects.filter(of_items, item__organization=organization, end=Claim.End.EXPIRED, ended_at__gte=since)
    for person_id, name, email, ended_at in claims.values_list("holder_id", "holder__name", "holder__email", "ended_at"):
        person = people.setdefault(person_id, Person(person_id, name or email)) if person_id else Person("", GONE)
        for tally in found.at(ended_at, person) if ended_at else []:
            tally.expired += 1


def monday(moment: datetime, zone: ZoneInfo) -> date:
    """The first day of the week in which it happened."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())
