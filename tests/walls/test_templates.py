"""What a page may hold: nothing that its security policy would have to excuse, and no template that nobody uses."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from tests.walls.test_architecture import MODULES, for_each

TEMPLATES = settings.BASE_DIR / "templates"
ALL = sorted(TEMPLATES.rglob("*.html")) + sorted(TEMPLATES.rglob("*.txt"))
MAILS = TEMPLATES / "messages"  # mail programs know no style sheet
LETTERS = TEMPLATES / "letters"
SAFE = {"django/forms/field.html": "the widget's own markup, made by Django"}
# Django finds them by name.
BY_NAME = {"403.html", "404.html", "429.html", "500.html", "django/forms/widgets/captcha.html"}


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def text(path: Path) -> str:
    """Without the comments, which say how a component is used."""
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


PAGES = [path for path in ALL if path.suffix == ".html" and MAILS not in path.parents]


@pytest.mark.attack("W05")
@for_each(PAGES, name_of)
def test_a_page_holds_no_inline_style_nor_script(path: Path) -> None:
    page = text(path)
    assert not re.findall(r"""\sstyle\s*=\s*["']""", page), "style attribute: a class of the style sheet instead"
    assert not re.findall(r"""<[^>]*\son[a-z]+\s*=\s*["']""", page), "event attribute: app.js listens instead"
    assert "javascript:" not in page and "hx-on" not in page
    for script in re.findall(r"<script[^>]*>", page):
        assert "src=" in script or "nonce=" in script, script
    for style in re.findall(r"<style[^>]*>", page):
        assert "nonce=" in style, style


@for_each(ALL, name_of)
def test_nothing_is_declared_safe(path: Path) -> None:
    page = text(path)
    if path.suffix == ".html":
        assert "autoescape off" not in page
        assert "|safe" not in page or name_of(path) in SAFE


@for_each(PAGES, name_of)
def test_nothing_is_fetched_from_elsewhere(path: Path) -> None:
    assert not re.findall(r"""(?:src|href|action|url)\s*=\s*["']?(?:https?:)?//""", text(path))


@cache
def sources() -> str:
    code = "".join(path.read_text(encoding="utf-8") for path in MODULES)
    return code + "".join(path.read_text(encoding="utf-8") for path in ALL)


@for_each(ALL, name_of)
def test_every_template_is_used(path: Path) -> None:
    name = name_of(path)
    if name in BY_NAME or name.startswith("django/forms/"):
        return
    everything = sources()
    if f'"{name}"' in everything or f"'{name}'" in everything:
        return
    folder, _, last = name.rpartition("/")
    stem, _, extension = last.rpartition(".")
    made = re.escape(f"{folder}/") + r"\{[^}]+\}" + re.escape(f".{extension}")  # f"messages/accounts/{template}.txt"
    assert re.search(made, everything) and re.search(rf"""["']{stem}["']""", everything), "nobody uses it"


@for_each(PAGES, name_of)
def test_every_form_that_writes_carries_its_token(path: Path) -> None:
    forms = re.findall(r"<form[^>]*method=[\"']post[\"'].*?</form>", text(path), flags=re.DOTALL)
    without = [form[:80] for form in forms if "{% csrf_token %}" not in form]
    assert not without, without


@for_each(PAGES, name_of)
def test_static_files_that_a_page_names_exist(path: Path) -> None:
    for name in re.findall(r"{% static [\"']([^\"']+)[\"'] %}", text(path)):
        assert finders.find(name), name


@for_each(PAGES, name_of)
def test_included_templates_exist(path: Path) -> None:
    for name in re.findall(r"{% (?:include|extends|component) [\"']([^\"']+)[\"']", text(path)):
        get_template(name)
