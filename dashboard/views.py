"""Logging in and out, and the way to one's organization."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from dashboard.forms import LoginForm
from organizations.models import Membership


class Login(LoginView):
    """`/login`: e-mail and password. Too many failures lock the address out for a while (django-axes)."""

    form_class = LoginForm
    template_name = "dashboard/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        frame = admin.site.each_context(self.request)
        return {**super().get_context_data(**kwargs), **frame, "title": "Log in", "app_path": self.request.get_full_path()}


class Home(LoginRequiredMixin, TemplateView):
    """`/`: on to the person's organization; somebody who is in none is told what to do."""

    template_name = "dashboard/no_organization.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        first = Membership.objects.filter(user_id=request.user.pk).order_by("id").values_list("organization_id", flat=True).first()
        if first is not None:
            return redirect(reverse("organization", args=[first]))
        return self.render_to_response({**admin.site.each_context(request), "title": "No organization"})
