"""The list of jobs, one job, and the piece of a page that follows a job."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from config.errors import DomainError
from jobs import services
from jobs.models import Job, State

PAGE_SIZE = 25


def visible_job(request: HttpRequest, pk: UUID) -> Job:
    jobs = Job.objects.visible_to(request.user).select_related("team", "created_by")
    return get_object_or_404(jobs, pk=pk)


def job_context(request: HttpRequest, job: Job) -> dict[str, Any]:
    return {"job": job, "may_control": services.may_control(cast(User, request.user), job)}


@login_required
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    jobs = Job.objects.visible_to(request.user).select_related("team", "created_by")
    state = request.GET.get("state", "")
    if state in State.values:
        jobs = jobs.filter(state=state)
    page = Paginator(jobs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "jobs/job_list.html", {"page": page, "state": state, "states": State.choices})


@login_required
@require_GET
@never_cache
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return render(request, "jobs/job_detail.html", job_context(request, visible_job(request, pk)))


@login_required
@require_GET
@never_cache
def job_progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a job is: asks for itself anew each second, until the job is over."""
    job = visible_job(request, pk)
    response = render(request, "jobs/partials/progress.html", job_context(request, job))
    if job.is_final:
        response["HX-Trigger"] = f"job-{job.state}"
    return response


@login_required
@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    return changed(request, services.cancel, visible_job(request, pk))


@login_required
@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    return changed(request, services.retry, visible_job(request, pk))


def changed(request: HttpRequest, service: Any, job: Job) -> HttpResponse:
    """Apply `service`; answer with the fragment where htmx asked, else with the job's page."""
    try:
        service(job=job, user=cast(User, request.user))
    except DomainError as problem:
        if problem.status == 403:
            raise
        messages.error(request, problem.message)
    if request.headers.get("HX-Request"):
        job.refresh_from_db()
        return render(request, "jobs/partials/progress.html", job_context(request, job))
    return redirect("jobs:job-detail", pk=job.pk)
