"""The sandbox's page, on which one plays the translator: plain forms, no script."""

from collections.abc import Sequence
from html import escape

from reviews.sandbox.automatic import draft_of
from reviews.sandbox.book import Job

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2430; background: #fff }
article { border: 1px solid #c9cdd8; border-radius: 6px; padding: 1rem; margin: 1rem 0 }
h2 { font-size: 1rem; margin: 0 } pre { white-space: pre-wrap; background: #f4f5f8; padding: .5rem; border-radius: 4px }
textarea { width: 100%; box-sizing: border-box; font: inherit } button { font: inherit; padding: .25rem .75rem; margin: .5rem .5rem 0 0 }
"""
BUTTONS = (("take", "Take"), ("submit", "Submit"), ("reject", "Reject"), ("cancel", "Cancel"))
POSSIBLE = {
    "available": ("take", "submit", "reject", "cancel"),
    "pending": ("submit", "reject", "cancel"),
    "revising": ("submit", "reject", "cancel"),
    "reviewable": ("reject", "cancel"),
}
SHOWN = 200


def show_page(jobs: Sequence[Job], message: str = "") -> bytes:
    """The newest jobs first."""
    listed = "".join(_show_job(job) for job in list(reversed(jobs))[:SHOWN]) or "<p>No jobs yet.</p>"
    told = f'<p role="status">{escape(message)}</p>' if message else ""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Review sandbox</title><style>{STYLE}</style>'
    return f"<!doctype html><html lang=en><head>{head}</head><body><h1>Review sandbox</h1>{told}{listed}</body></html>".encode()


def _show_job(job: Job) -> str:
    fields = job.fields
    title = f"Job {job.id} · {fields.get('lc_src')} to {fields.get('lc_tgt')} · {fields.get('tier')} · {job.status}"
    remarks = "".join(f"<p>Sent back: {escape(remark)}</p>" for remark in job.remarks)
    text = job.text or draft_of(job)
    buttons = "".join(f'<button name="act" value="{act}">{label}</button>' for act, label in BUTTONS if act in POSSIBLE.get(job.status, ()))
    area = f'<label>Translation<textarea name="text" rows="3">\n{escape(text)}</textarea></label>' if buttons else f"<pre>{escape(text)}</pre>"
    return (
        f"<article><h2>{escape(title)}</h2><p>{escape(str(fields.get('slug', '')))}</p><pre>{escape(str(fields['body_src']))}</pre>"
        f"<details><summary>Comment</summary><pre>{escape(str(fields.get('comment', '')))}</pre></details>{remarks}"
        f'<form method="post" action="/jobs/{escape(job.id)}">{area}{buttons}</form></article>'
    )
