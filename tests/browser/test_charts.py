"""A chart: the server's picture stands first; pointing at it makes the same specification answer, without eval."""

import json

from django.template import Context, Template
from django.test import RequestFactory
from playwright.sync_api import Page, expect

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"year": "1", "usd": 10, "who": "Private"}, {"year": "2", "usd": 30, "who": "AWS"}]},
    "mark": {"type": "bar", "tooltip": True},
    "height": 200,
    "transform": [{"calculate": "datum.usd * 2", "as": "double"}],
    "encoding": {
        "x": {"field": "year", "type": "nominal"},
        "y": {"field": "double", "type": "quantitative", "title": "USD"},
        "color": {"field": "who", "type": "nominal"},
    },
}
PAGE = """{% extends "base.html" %}{% block title %}Chart{% endblock %}{% block heading %}Chart{% endblock %}
{% block content %}<figure class="panel" data-chart="/chart.json"><svg viewBox="0 0 400 200" role="img"><title>Cost by year</title>
<rect width="400" height="200" fill="none"/></svg><figcaption>Cost by year</figcaption></figure>{% endblock %}"""


def serve(page: Page, person, spec: dict, status: int = 200) -> None:
    """The page with the very policy that the product sends."""
    request = RequestFactory().get("/chart/")
    request.user = person
    policy = page.request.get("/jobs/").headers["content-security-policy"]
    html = Template(PAGE).render(Context({"request": request, "user": person}))
    headers = {"content-security-policy": policy}
    page.route("**/chart/", lambda r: r.fulfill(body=html, content_type="text/html", headers=headers))
    page.route(
        "**/chart.json",
        lambda r: r.fulfill(status=status, body=json.dumps(spec), content_type="application/json"),
    )
    page.goto("/chart/")


def test_a_chart_comes_alive_when_pointed_at(visit: Page, person, assert_accessible):
    serve(visit, person, SPEC)
    chart = visit.locator("figure[data-chart]")
    expect(chart.locator("svg title")).to_have_text("Cost by year")
    assert chart.get_attribute("data-chart-state") is None

    chart.hover()
    expect(chart).to_have_attribute("data-chart-state", "drawn")
    expect(chart.locator(".chart__live .mark-rect path").first).to_be_visible()
    assert_accessible(visit)


def test_the_picture_stays_when_the_data_does_not_come(visit: Page, person, complaints):
    serve(visit, person, SPEC, status=404)

    visit.locator("figure[data-chart]").hover()
    expect(visit.locator("figure[data-chart]")).to_have_attribute("data-chart-state", "still")
    expect(visit.locator("figure[data-chart] > svg title")).to_have_text("Cost by year")
    complaints[:] = [text for text in complaints if "404" not in text]
