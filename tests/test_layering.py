"""Imports, foreign keys and migrations go one way: from the apps that know more to the apps that all stand on."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from foundation import dispatch

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ["config", "dashboard", "pipeline", "reviews", "localization", "engines", "webhooks", "organizations", "foundation"]


def sources(app: str) -> Iterator[Path]:
    return (ROOT / app).rglob("*.py")


def imported_apps(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """(app, line, whether the import stands inside a function)."""
    at_top = set(ast.walk(tree)) - {node for function in functions(tree) for node in ast.walk(function)}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            app = name.split(".")[0]
            if app in LAYERS:
                yield app, node.lineno, node not in at_top


def functions(tree: ast.Module) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def named_apps(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Apps that foreign keys ('app.Model') and migrations' dependencies (('app', …)) name as text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"ForeignKey", "OneToOneField", "ManyToManyField"}:
            targets = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "to")]
            for target in targets:
                if isinstance(target, ast.Constant) and isinstance(target.value, str):
                    yield target.value.split(".")[0], node.lineno
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and all(isinstance(part, ast.Constant) for part in node.elts):
            yield str(node.elts[0].value), node.lineno


@pytest.mark.parametrize("app", LAYERS)
def test_an_app_knows_only_the_apps_below_it(app: str) -> None:
    upward, nested = [], []
    for path in sources(app):
        tree = ast.parse(path.read_text())
        for other, line, is_nested in imported_apps(tree):
            place = f"{path.relative_to(ROOT)}:{line} → {other}"
            if LAYERS.index(other) < LAYERS.index(app):
                upward.append(place)
            if is_nested and other != app:
                nested.append(place)
        is_schema = "migrations" in path.parts or path.name == "models.py"
        for other, line in named_apps(tree) if is_schema else ():
            if other in LAYERS and LAYERS.index(other) < LAYERS.index(app):
                upward.append(f"{path.relative_to(ROOT)}:{line} → {other}")
    assert upward == []
    assert nested == []


def test_the_name_that_a_wake_up_carries_is_the_drain() -> None:
    assert import_string(dispatch.DRAIN).__module__ == "pipeline.tasks"
