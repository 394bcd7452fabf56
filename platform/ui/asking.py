"""Asking before doing: a dialog, or a page of its own without scripts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def render_question(request: HttpRequest, form: forms.Form, context: Mapping[str, Any], *, base: str) -> HttpResponse:
    """The question with its form; `context` has title, text, label and back, `base` is the page it stands in without scripts."""
    template = "ui/ask_dialog.html" if getattr(request, "htmx", False) else "ui/ask.html"
    shared = {"base": base, "form": form, "action": request.path, "has_fields": bool(form.fields)}
    return render(request, template, {**shared, **context}, status=422 if form.errors else 200)
