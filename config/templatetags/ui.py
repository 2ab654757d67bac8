"""What templates of every app use: numbers for people, figures that explain themselves, pieces of pages.

`docs/look.md` shows each with an example. The library is built in: no template loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import uuid4

from django import template
from django.forms import BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError

register = template.Library()
FRONT_END = "frontend/main.ts"

TONES = {
    "done": "good", "running": "info", "queued": "plain", "failed": "bad", "cancelled": "plain",
    "superseded": "plain", "ok": "good", "valid": "good", "sized": "good", "draft": "plain", "approved": "good",
    "observed": "good", "list": "good", "quoted": "good", "published": "good", "derived": "warning",
    "estimate": "warning", "house": "warning", "recalled": "warning", "missing": "bad", "info": "info", "warning": "warning", "error": "bad",
}  # fmt: skip
"""How a known word is coloured where a badge is not told."""
GRADES = {
    "A": ("good", "A · published", "From upstream code or documents, a price list, or a vendor's own measurement"),
    "B": ("info", "B · quoted", "A secondary or vendor source that quotes the number"),
    "C": ("warning", "C · house value", "A choice of this house: check it for your case"),
}  # fmt: skip


# Numbers -----------------------------------------------------------------------------------------------------
@register.filter
def number(value: Any, places: int = 2) -> str:
    """`1234.5` as "1,234.5": grouped, at most `places` digits after the point, no trailing zeros."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return ""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return str(value)
    text = f"{round(exact, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def money(amount: Any, places: int = 0) -> str:
    """Cents, or a Money, or its document, as whole units with the currency where it is known: "1,235 USD".

    Cents alone are written without a currency: name it in the head of the column.
    """
    if amount is None or amount == "":
        return ""
    currency = ""
    if isinstance(amount, Mapping):
        amount, currency = amount.get("cents"), str(amount.get("currency", ""))
    elif hasattr(amount, "cents"):
        amount, currency = amount.cents, amount.currency
    try:
        exact = Decimal(str(amount)) / 100
    except InvalidOperation:
        return str(amount)
    text = f"{round(exact, places):,f}" if places else f"{round(exact):,}"
    return f"{text} {currency}".strip()


@register.filter
def percent(share: Any, places: int = 1) -> str:
    """A share as percent without its sign: `0.825` as "82.5"."""
    return "" if share in (None, "") else number(Decimal(str(share)) * 100, places)


@register.filter
def shown(value: Any) -> str:
    """Any value of a figure as people read it."""
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    if isinstance(value, Mapping):
        if set(value) == {"cents", "currency"}:
            return money(value, 2)
        return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return number(value, 4 if -10 < value < 10 else 2)
    return number(value)


# Addresses ---------------------------------------------------------------------------------------------------
@register.simple_tag
def link_to(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page, or nothing where this installation has no such page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


register.simple_tag(link_to, name="nav_url")


@register.simple_tag(takes_context=True)
def here(context: Mapping[str, Any], prefix: str) -> bool:
    """Whether the page shown lies below `prefix`: for the mark in the navigation."""
    request = context.get("request")
    path = request.path if request else ""
    return bool(path == prefix if prefix == "/" else prefix and path.startswith(prefix))


def query_with(context: Mapping[str, Any], **changes: Any) -> str:
    """The query of this page with `changes`; None takes a key away."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request else QueryDict(mutable=True)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}"


# Pieces ------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def filled(content: str, before: str = "", after: str = "") -> SafeString:
    """The content between `before` and `after`, or nothing at all where a page left it empty."""
    return mark_safe(f"{before}{content}{after}" if content.strip() else "")  # noqa: S308 - rendered, literal


@register.simple_tag
def front_end(entry: str = FRONT_END) -> SafeString:
    """The built style and script of `entry`; before the first build a page says in its source what is missing."""
    try:
        tags: str = DjangoViteAssetLoader.instance().generate_vite_asset(entry)
        return mark_safe(tags)  # noqa: S308 - from the manifest
    except DjangoViteAssetNotFoundError:
        return mark_safe("<!-- The front end is not built: run `npm ci && npm run build`. -->")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A symbol of frontend/icons.json; without a label it is decoration and screen readers skip it."""
    sprite = static("build/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.inclusion_tag("components/figure.html")
def figure(
    explained: Any, places: int = 2, unit: str | None = None, value: str | None = None
) -> dict[str, Any]:
    """A value that opens its explanation. `explained` is a Figure or its document; `value` replaces its text."""
    return {
        "figure": explained,
        "name": part(explained, "label") or part(explained, "key") or "Value",
        "places": places,
        "text": value,
        "unit": part(explained, "unit") if unit is None else unit,
        "id": f"why-{uuid4().hex[:10]}",
    }


def part(explained: Any, name: str) -> Any:
    """A field of a Figure or of its document; nothing where there is none."""
    return explained.get(name) if isinstance(explained, Mapping) else getattr(explained, name, None)


@register.inclusion_tag("components/stat.html")
def stat(
    label: str = "", value: Any = None, unit: str = "", note: str = "", figure: Any = None, places: int = 2
) -> dict[str, Any]:
    """A key number in a tile; with `figure` it opens its explanation."""
    label = label or part(figure, "label") or ""
    return {"label": label, "value": value, "unit": unit, "note": note, "figure": figure, "places": places}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", address: str = "", action: str = "", icon: str = "inbox", level: int = 2
) -> dict[str, Any]:
    """What a page shows instead of an empty list: what is missing, and what to do."""
    return {"title": title, "text": text, "address": address, "action": action, "icon": icon, "level": level}


@register.simple_tag
def badge(text: Any, tone: str = "", hint: str = "") -> SafeString:
    """A short word with a tone (good, info, warning, bad, plain); known words bring their own."""
    tone = tone or TONES.get(str(text).lower(), "plain")
    return format_html('<span class="chip {}"{}>{}</span>', tone, hinted(hint), text)


@register.simple_tag
def status(value: Any, label: str = "") -> SafeString:
    """A state as a badge: its tone from the stored word, its text from the label."""
    tone = TONES.get(str(value).lower(), "plain")
    return format_html('<span class="chip dot {}">{}</span>', tone, label or str(value).replace("_", " "))


@register.simple_tag
def grade(value: Any) -> SafeString:
    """How well a number is founded: A, B or C, with the meaning as a hint; nothing where it is not graded."""
    if not value or str(value) not in GRADES:
        return mark_safe("")
    tone, label, hint = GRADES[str(value)]
    return format_html('<span class="chip {}" title="{}">{}</span>', tone, hint, label)


def hinted(hint: str) -> SafeString:
    return format_html(' title="{}"', hint) if hint else mark_safe("")


@register.inclusion_tag("components/progress.html")
def progress(percent: Any, label: str) -> dict[str, Any]:
    """A bar of how far something is; `percent` None means that nobody knows."""
    return {"percent": percent, "label": label}


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """The parts of one thing as links: fill it with `tab`."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, mark_safe(content))  # noqa: S308 - rendered


@register.simple_tag(takes_context=True)
def tab(context: Mapping[str, Any], address: str, label: str, current: Any = None) -> SafeString:
    """One tab. Without `current` it is the current one when its address is the page's; without address none."""
    if not address:
        return mark_safe("")
    request = context.get("request")
    is_current = bool(current) if current is not None else request is not None and request.path == address
    template_string = '<a href="{}" aria-current="page">{}</a>' if is_current else '<a href="{}">{}</a>'
    return format_html(template_string, address, label)


@register.simple_block_tag
def table(content: str, label: str, kind: str = "") -> SafeString:
    """A table that scrolls sideways in its own frame, reachable by keyboard, named for screen readers."""
    return format_html(
        '<div class="table-wrap" role="group" tabindex="0" aria-label="{}"><table class="table {}">{}</table></div>',
        label, kind, mark_safe(content),  # noqa: S308 - rendered
    )  # fmt: skip


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(
    context: Mapping[str, Any], key: str, label: str, kind: str = "", default: str = ""
) -> dict[str, Any]:
    """A column's head that sorts by `key` (`?sort=key`, `?sort=-key`); `default` is the sort without a query."""
    request = context.get("request")
    now = (request.GET.get("sort") if request else None) or default
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    address = query_with(context, sort=f"-{key}" if direction == "ascending" else key, page=None)
    return {"label": label, "kind": kind, "direction": direction, "address": address}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: Any, noun: str = "rows") -> dict[str, Any]:
    """Earlier and later pages of a Django `Page`; keeps filter and sort. Nothing when all is on one page."""
    return {
        "page": page,
        "noun": noun,
        "previous": query_with(context, page=page.previous_page_number()) if page.has_previous() else "",
        "next": query_with(context, page=page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("components/form_field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A field of a Django form: label, control, help and errors, each tied to the control."""
    widget = bound.field.widget
    attributes = {"class": widget.attrs.get("class") or control_class(getattr(widget, "input_type", ""))}
    described = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        attributes |= {"class": f"{attributes['class']} is-invalid", "aria-invalid": "true"}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    is_check = getattr(widget, "input_type", "") == "checkbox"
    return {"field": bound, "control": bound.as_widget(attrs=attributes), "is_check": is_check}


@register.simple_tag
def once_key() -> SafeString:
    """A hidden field that tells this rendering of a form from all others, so that two clicks create one thing (R72)."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4())


def control_class(kind: str) -> str:
    return {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}.get(
        kind, "form-control"
    )


@register.inclusion_tag("components/text_field.html")
def text_field(
    name: str, label: str, value: Any = "", error: str = "", help: str = "", unit: str = "", **options: Any
) -> dict[str, Any]:
    """A labelled input without a Django form. Options: `type`, `required`, `inputmode`, `kind` (class), `choices`."""
    described = f"{name}-error" if error else f"{name}-help" if help else ""
    return {
        "name": name, "label": label, "value": "" if value is None else value, "error": error, "help": help,
        "unit": unit, "described": described, "type": options.pop("type", "text"), "options": options,
    }  # fmt: skip
