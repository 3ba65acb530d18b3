"""What a reviewer does to one key: save, accept, go back to the AI's text, take or discard what another left, flag; and what the checks say.

Each is a plain form's POST to the same address, told apart by the button's `act`; script sends the same and reads JSON.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from foundation.rendering import wire_time
from reviews.answers import Answer, as_answers, choose_answers
from reviews.models import Flag
from reviews.pages.acting import WorkspaceAct, show_saved, show_text
from reviews.pages.board import Board, read_key_board
from reviews.pages.typed import plain, spell
from reviews.pages.workspace import address_of
from reviews.pages.workspace_key import SAMPLE
from reviews.pages.workspace_list import ListFilter, find_way
from reviews.services import flag_text, renew_claim, save_drafts
from reviews.transitions import Held

COMMENT_LENGTH = 2000


class KeyAct(WorkspaceAct):
    """An act on a key that there is."""

    def key_board(self) -> Board:
        board = read_key_board(self.item, self.typed.number, actor=self.actor, now=self.now)
        if not 1 <= self.typed.number <= len(board.content.segments):
            raise BadRequest("No such text.")
        return board

    def save(self, texts: Mapping[int, str | None], answers: Mapping[int, tuple[Answer, ...]] | None = None) -> Held:
        return save_drafts(actor=self.actor, item=self.item, fence=self.typed.fence, texts=texts, answers=answers, now=self.now)

    def keep_typed(self, board: Board, *, accept: bool = False) -> Held:
        """Stores what the field holds and the answers beside it where they say something new; with `accept` in any case. Renews the claim."""
        number = self.typed.number
        standing = board.standing(number)
        text = standing.text if self.typed.text is None else spell(board.content, number, self.typed.text)
        findings = board.content.find_faults(number, text)
        answers = choose_answers(findings, seen=self.typed.seen, reasons=self.typed.reasons)
        stored = {key: reason for key, reason in standing.answers.items() if key in {(one.code, one.message) for one in findings}}
        is_new = text != standing.text or as_answers(answers) != stored
        if is_new or (accept and standing.own is None):
            return self.save({number: text}, {number: answers})
        return renew_claim(actor=self.actor, item=self.item, fence=self.typed.fence, now=self.now)


class SaveDraft(KeyAct):
    """`act`: save, done (accept, and on to the next key), revert, accept, discard, preview."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        board = self.key_board()
        name = request.POST.get("act", "save")
        held = _ACTS.get(name, KeyAct.keep_typed)(self, board)
        if self.wants_json:
            after = self.board()
            standing = after.standing(self.typed.number)
            parts = show_text(self, after, text=standing.text, answers=standing.answers, sample=_sample(request))
            return JsonResponse({**show_saved(self, after, held), "parts": parts})
        return self._go_on(name)

    def _go_on(self, name: str) -> HttpResponseBase:
        number, query = self.typed.number, self.typed.query
        if name == "preview":
            return redirect(address_of(self.item, number, query, n=_sample(self.request)))
        if name not in ("done", "accept"):
            messages.success(self.request, _SAID.get(name, "Saved."))
            return self.back(number)
        after = self.board()
        if after.standing(number).open:
            messages.warning(self.request, "Saved, and not done yet: see what the checks say.")
            return self.back(number)
        following = find_way(after, ListFilter.from_query(query), number).next
        if following is None:
            messages.success(self.request, "Saved. That was the last key of the list.")
        return self.back(following or number)


class CheckText(KeyAct):
    """What the checks say of a text that is not stored, how it differs from the AI's, and how it reads. Script only."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        board = self.key_board()
        number = self.typed.number
        text = spell(board.content, number, self.typed.text or "")
        answers = choose_answers(board.content.find_faults(number, text), seen=self.typed.seen, reasons=self.typed.reasons)
        return JsonResponse({"parts": show_text(self, board, text=text, answers=as_answers(answers), sample=_sample(request))})


class FlagText(KeyAct):
    """A note on a key, by anybody who may review it. Who holds the review keeps what they typed with it."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        board = self.key_board()
        if board.is_mine:
            self.keep_typed(board)
        reason = request.POST.get("flag", "")
        if reason not in Flag.Reason.values:
            messages.error(request, "Choose a reason for the flag.")
            return self.back(self.typed.number)
        comment = request.POST.get("comment", "").strip()[:COMMENT_LENGTH]
        flag_text(actor=self.actor, item=self.item, number=self.typed.number, reason=Flag.Reason(reason), comment=comment, now=self.now)
        if self.wants_json:
            return JsonResponse({"message": "Flagged."})
        messages.success(request, "Flagged.")
        return self.back(self.typed.number)


class Heartbeat(WorkspaceAct):
    """Keeps the claim while the page is in sight. Script only."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        held = renew_claim(actor=self.actor, item=self.item, fence=self.typed.fence, now=self.now)
        return JsonResponse({"leaseUntil": wire_time(held.lease_until), "dueAt": wire_time(self.item.due_at)})


def _accept(act: KeyAct, board: Board) -> Held:
    return act.keep_typed(board, accept=True)


def _revert(act: KeyAct, board: Board) -> Held:
    return act.save({act.typed.number: None})


def _take(act: KeyAct, board: Board) -> Held:
    """The text that the form showed, whatever became of the draft since."""
    number, shown = act.typed.number, _shown_draft(act)
    left = board.standing(number).left
    is_standing = left is not None and plain(left.text) == shown
    return act.save({number: left.text if left and is_standing else spell(board.content, number, shown)})


def _discard(act: KeyAct, board: Board) -> Held:
    """Raises BadRequest where another text stands there than the one that the form showed."""
    left = board.standing(act.typed.number).left
    if left is None:
        return act.keep_typed(board)
    if plain(left.text) != _shown_draft(act):
        raise BadRequest("That draft has changed meanwhile. Go back and look at it again.")
    return act.save({act.typed.number: None})


def _shown_draft(act: KeyAct) -> str:
    return plain(act.request.POST.get("left", ""))


_ACTS: dict[str, Callable[[KeyAct, Board], Held]] = {"done": _accept, "revert": _revert, "accept": _take, "discard": _discard}
_SAID = {"revert": "Back to the AI's text.", "discard": "The unfinished draft is discarded."}


def _sample(request: HttpRequest) -> str:
    sample: Any = request.POST.get("sample", "")
    return str(sample)[:20] or SAMPLE
