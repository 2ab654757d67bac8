"""All pieces of docs/look.md on one page: accessible in both themes, and the explanation of a figure opens."""

from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from tests.config.test_ui import A_FIGURE

GALLERY = """{% extends "base.html" %}
{% block title %}Pieces{% endblock %}
{% block breadcrumbs %}<li><a href="/jobs/">Jobs</a></li>{% endblock %}
{% block heading %}Pieces{% endblock %}
{% block lead %}Everything a page is made of.{% endblock %}
{% block header_actions %}<a class="btn" href="/jobs/">{% icon "plus" %}Second</a><a class="btn btn-primary" href="/jobs/">First</a>{% endblock %}
{% block tabs %}{% tabs "Parts" %}{% tab "/gallery/" "Overview" True %}{% tab "/jobs/" "Cost" %}{% endtabs %}{% endblock %}
{% block content %}
<div class="tiles">{% stat "Racks" 4 %}{% stat "Usable" 120.4 unit="TB" note="at 85 % full" %}{% stat figure=f %}{% stat "Price" 123456789 note="cents" %}</div>
<div class="note"><p>A warning.</p></div><div class="note error"><p>An error.</p></div><div class="note info"><p>A hint.</p></div><div class="note good"><p>Fine.</p></div>
<form class="filters panel" role="search">{% text_field "q" "Name" %}{% text_field "r" "Region" choices=choices value="b" %}<button class="btn" type="submit">Filter</button></form>
<section class="panel"><h2>Table</h2>{% table "Models" %}<thead><tr>{% sort_head "name" "Name" default="name" %}{% sort_head "price" "Price, USD/h" "num" %}<th scope="col">State</th><th scope="col">Role</th></tr></thead>
<tbody>{% for row in rows %}<tr><th scope="row"><a href="/jobs/">Model {{ row }}</a></th><td class="num">{% figure f %}</td><td>{% status "running" "Running" %} {% status "failed" "Failed" %} {% status "done" "Done" %} {% badge "derived" %} {% badge "observed" %}</td><td><span class="role role--compute">Compute</span> <span class="role role--storage">Storage</span></td></tr>{% endfor %}</tbody>{% endtable %}
{% pager page "models" %}</section>
<div class="columns"><section class="panel"><h2>Form</h2>{% text_field "vms" "VMs" value=-1 error="-1 VMs cannot be: type 0 or more." unit="count" %}{% text_field "growth" "Growth" value=5 help="Per year, compound." unit="%" %}</section>
<section class="panel"><h2>Facts</h2><dl class="facts"><dt>Source</dt><dd>Price list</dd><dt>Grade</dt><dd>{% grade "A" %} {% grade "B" %} {% grade "C" %}</dd></dl>{% progress 40 "Sizing" %}{% progress None "Waiting" %}</section></div>
{% empty_state "No designs yet" "Start one from a reference design." address="/jobs/" action="New design" icon="sitemap" %}
{% endblock %}"""


def gallery(user) -> str:
    request = RequestFactory().get("/gallery/")
    request.user = user
    context = {
        "request": request, "user": user, "f": A_FIGURE, "rows": range(3), "choices": [("a", "East"), ("b", "West")],
        "page": Paginator(range(60), 25).get_page(2),
    }  # fmt: skip
    return Template(GALLERY).render(Context(context))


def test_all_pieces_are_accessible(visit: Page, person, assert_accessible):
    visit.route("**/gallery/", lambda route: route.fulfill(body=gallery(person), content_type="text/html"))
    visit.goto("/gallery/")
    assert_accessible(visit)
    visit.set_viewport_size({"width": 390, "height": 800})
    assert visit.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visit.set_viewport_size({"width": 1360, "height": 900})

    visit.locator(".tile .why").first.focus()
    visit.keyboard.press("Enter")
    sheet = visit.get_by_role("dialog", name="Compute nodes")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("5,640 / 492.5")
    assert_accessible(visit)

    visit.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
