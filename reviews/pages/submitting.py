"""What a reviewer does to a whole review: accept what is clean, give it back, submit it. What stands in the field goes with each of them."""

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from reviews.deciding import submit_drafts
from reviews.errors import FaultyReview, UnsettledDrafts
from reviews.pages.drafting import KeyAct
from reviews.services import accept_clean, release_claim


class AcceptClean(KeyAct):
    """Every key that shows nothing but the AI's text."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        self.keep_typed(self.key_board())
        count = accept_clean(actor=self.actor, item=self.item, fence=self.typed.fence, now=self.now)
        messages.success(request, f"{count:,} clean {'key' if count == 1 else 'keys'} approved as {'it is' if count == 1 else 'they are'}.")
        return self.back(self.typed.number)


class LeaveReview(KeyAct):
    """Back to the queue, with all that was typed as drafts."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        self.keep_typed(self.key_board())
        release_claim(actor=self.actor, item=self.item, fence=self.typed.fence, now=self.now)
        messages.success(request, "Released. What you typed stays as drafts for whoever claims it next.")
        return redirect("human-reviewer", self.actor.organization.pk)


class SubmitReview(KeyAct):
    """Approve where nothing is changed, else edit. What is in the way is shown, beginning with its first key."""

    def act(self, request: HttpRequest) -> HttpResponseBase:
        board = self.key_board()
        self.keep_typed(board)
        try:
            submit_drafts(actor=self.actor, item=self.item, fence=self.typed.fence, now=self.now)
        except FaultyReview as exc:
            count = len({fault.path for fault in exc.faults})
            messages.error(
                request, f"Not submitted: {_keys(count)} {'needs' if count == 1 else 'need'} attention. {exc.faults[0].path}: {exc.faults[0].message}"
            )
            return self._show(board.content.numbers[exc.faults[0].path][0])
        except UnsettledDrafts as exc:
            count = len(exc.numbers)
            what = "it" if count == 1 else "each"
            messages.error(request, f"Not submitted: somebody left an unfinished draft of {_keys(count)}. Accept or discard {what}.")
            return self._show(exc.numbers[0])
        return redirect("review-workspace", self.actor.organization.pk, self.item.pk)

    def _show(self, number: int) -> HttpResponseBase:
        self.typed = self.typed.with_query("show=attention")
        return self.back(number)


def _keys(count: int) -> str:
    return f"{count:,} {'key' if count == 1 else 'keys'}"
