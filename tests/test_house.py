"""What holds for the whole house."""

import re
from pathlib import Path

from django.apps import apps
from django.contrib import admin

ROOT = Path(__file__).resolve().parent.parent
APPS = ("teams", "designer", "enhancement", "batches", "analytics")


def test_every_model_is_in_the_admin():
    ours = [model for label in APPS for model in apps.get_app_config(label).get_models()]
    missing = [model.__name__ for model in ours if not admin.site.is_registered(model)]
    assert not [name for name in missing if not name.endswith("ObjectPermission")]


def test_every_state_column_is_held_by_the_database():
    loose = []
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            names = {constraint.name for constraint in model._meta.constraints}
            for field in model._meta.get_fields():
                if getattr(field, "name", "") == "status" and getattr(field, "choices", None):
                    loose += [] if any("status" in name for name in names) else [model.__name__]
    assert not loose


def test_pages_hold_no_inline_script_or_style():
    pages = [
        path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts and "email" not in path.parts
    ]
    faults = [
        str(path.relative_to(ROOT))
        for path in pages
        if re.search(r"\son\w+\s*=|\sstyle\s*=|<style|<script(?![^>]*\ssrc=)", path.read_text())
    ]
    assert pages and not faults
