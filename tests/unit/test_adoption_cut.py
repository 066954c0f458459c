"""How modules become LEGOs: whatever the imports, the plan is sound and every module is in exactly one LEGO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adoption.cut import ADOPTED, Cut, NothingToAdopt, cut
from engine.adoption.naming import app_name, lego_name, listed
from engine.adoption.survey import Module, Report, TestFile
from engine.artifacts import covers
from engine.legos.plan import PlannedLego, parse_plan
from engine.legos.toolchain import find_toolchain
from engine.lifecycle.drift import unknown_files
from engine.lifecycle.manifest import Generated

ROLES = find_toolchain("python").roles

PARTS = st.sampled_from(
    [
        "shop",
        "core",
        "web",
        "main",
        "test",
        "Ünit",
        "class",
        "store",
        "cli",
        "__main__",
        "json",
        "a1",
        "_x",
        "contracts",
    ]
)
OTHERS = st.lists(st.sampled_from(["README.md", "shop/data.json", "shop/web/a.css", "docs/a.md", "web/x/y/z"]))


def module(name: str, *imports: str, size: int = 10, doc: str = "", packages: Sequence[str] = ()) -> Module:
    path = name.replace(".", "/") + ".py"
    return Module(path=path, name=name, imports=list(imports), size=size, doc=doc, packages=list(packages))


def package(name: str, *imports: str, size: int = 10, doc: str = "") -> Module:
    path = name.replace(".", "/") + "/__init__.py"
    return Module(path=path, name=name, imports=list(imports), size=size, doc=doc)


def report(
    *modules: Module,
    tests: Mapping[str, Sequence[str]] | None = None,
    support: Sequence[str] = (),
    packages: Sequence[str] = (),
    entries: Sequence[str] = (),
) -> Report:
    return Report(
        schema_version=1,
        modules=list(modules),
        tests=[TestFile(path=path, imports=list(used)) for path, used in (tests or {}).items()],
        support=list(support),
        packages=list(packages),
        entries=list(entries),
    )


def cut_up(found: Report, *others: str, most: int = 50) -> Cut:
    files = {*(one.path for one in found.modules), *(one.path for one in found.tests), *found.support, *others}
    return cut(found, sorted(files), ROLES, most)


def files_of(lego: PlannedLego, *roles: str) -> list[str]:
    return [path for role in roles or ("source", "unit tests") for path in lego.files.get(role, [])]


def owners(found: Cut, path: str) -> list[str]:
    """The LEGOs that have a file."""
    return [lego.name for lego in found.plan.legos if covers(files_of(lego), path)]


@st.composite
def reports(draw: st.DrawFn) -> Report:
    names = draw(st.lists(st.lists(PARTS, min_size=1, max_size=4).map(".".join), min_size=1, max_size=40, unique=True))
    is_package = {name: any(other.startswith(f"{name}.") for other in names) for name in names}
    some = st.lists(st.sampled_from(names), max_size=4)
    modules = []
    for name in names:
        maker = package if is_package[name] else module
        modules.append(maker(name, *draw(some), size=draw(st.integers(0, 3000)), doc=draw(st.text(max_size=20))))
    paths = [one.path for one in modules]
    folders = sorted({path.rpartition("/")[0] for path in paths if "/" in path} | {"tests"})
    tests = {
        f"{draw(st.sampled_from(folders))}/test_{number}.py": draw(some) for number in range(draw(st.integers(0, 5)))
    }
    support = [f"{draw(st.sampled_from(folders))}/conftest.py"] if draw(st.booleans()) else []
    return report(*modules, tests=tests, support=support, entries=draw(some))


@settings(max_examples=150, deadline=None)
@given(reports(), st.integers(1, 50), OTHERS)
def test_any_imports_give_a_sound_plan_with_every_module_in_exactly_one_lego(
    found: Report, most: int, others: list[str]
) -> None:
    made = cut_up(found, *others, most=most)
    plan = parse_plan(made.text, most)
    assert plan == made.plan
    assert {lego.decision for lego in plan.legos} == {"KEEP"}
    home = {one.name: owners(made, one.path) for one in found.modules}
    assert all(len(names) == 1 for names in home.values())
    assert all(len(owners(made, test.path)) == 1 for test in found.tests)
    for one in found.modules:
        (own,) = home[one.name]
        for other in one.imports:
            assert home[other] == [own] or home[other][0] in plan.lego(own).dependencies


@settings(max_examples=100, deadline=None)
@given(reports(), OTHERS)
def test_no_file_beside_adopted_ones_is_left_without_an_owner(found: Report, others: list[str]) -> None:
    made = cut_up(found, *others)
    files = sorted({*(one.path for one in found.modules), *(t.path for t in found.tests), *found.support, *others})
    owned = [Generated(path, "", "", None) for path in files if owners(made, path)]
    assert unknown_files(files, owned) == []
    assert sorted(path for path in files if not owners(made, path)) == sorted(made.unplaced)


@settings(max_examples=50, deadline=None)
@given(reports())
def test_the_same_repository_gives_the_same_plan(found: Report) -> None:
    turned = found.model_copy(update={"modules": found.modules[::-1], "tests": found.tests[::-1]})
    assert cut_up(found).text == cut_up(turned).text


def test_modules_that_import_each_other_in_a_circle_are_one_lego_and_that_is_said() -> None:
    made = cut_up(report(module("shop.a", "shop.b"), module("shop.b", "shop.c"), module("shop.c", "shop.a")))
    assert len(made.plan.legos) == 1
    assert made.notes == ("shop.a, shop.b and shop.c import each other in a circle: they are one LEGO.",)


def test_a_package_is_one_lego_and_its_folder_stands_for_its_files() -> None:
    found = report(
        package("shop", size=1),
        package("shop.web", doc="Pages for people."),
        module("shop.web.views", "shop.store"),
        module("shop.store"),
        module("shop.cli", "shop.web"),
        entries=["shop.cli"],
    )
    web = cut_up(found).plan.lego("web")
    assert web.files["source"] == ["shop/web/"]
    assert (web.purpose, web.dependencies, web.kind) == ("Pages for people.", ["store"], "component")


def test_a_folder_in_which_new_legos_will_lie_belongs_to_nobody() -> None:
    (only,) = cut_up(report(package("shop", "shop.store"), module("shop.store", "shop"))).plan.legos
    assert files_of(only, "source") == ["shop/__init__.py", "shop/store.py"]


def test_what_a_person_starts_is_the_entry_together_with_all_that_needs_it() -> None:
    found = report(
        module("shop.cli", "shop.store"),
        module("shop.__main__", "shop.cli"),
        module("shop.store"),
        module("shop.report", "shop.store"),
        module("shop.tax"),
        entries=["shop.cli"],
    )
    plan = cut_up(found).plan
    assert plan.entry == "cli"
    assert files_of(plan.lego("cli")) == ["shop/__main__.py", "shop/cli.py"]
    assert plan.order()[-1] == "cli"


def test_without_anything_to_start_the_entry_is_what_needs_the_most() -> None:
    plan = cut_up(
        report(module("shop.a", "shop.b"), module("shop.b", "shop.c"), module("shop.c"), module("shop.d"))
    ).plan
    assert plan.entry == "a"


def test_a_script_at_the_bottom_does_not_pull_the_whole_app_into_the_entry() -> None:
    users = [module(f"shop.m{number}", "shop.base") for number in range(8)]
    plan = cut_up(report(module("shop.base"), *users, entries=["shop.base"])).plan
    assert plan.entry != "base"
    assert plan.lego("base").kind == "component"


def test_hundreds_of_modules_are_united_and_room_is_left_for_more() -> None:
    chain = [module(f"shop.m{n:03}", *([f"shop.m{n - 1:03}"] if n else [])) for n in range(200)]
    made = cut_up(report(*chain))
    assert len(made.plan.legos) == 40
    assert "200 groups of modules were united into 40 LEGOs, so that there is room for more." in made.notes


def test_a_large_package_is_cut_into_what_is_in_it() -> None:
    inner = [module(f"shop.core.m{number}", size=1000) for number in range(3)]
    plan = cut_up(report(package("shop.core"), *inner, module("shop.cli"), entries=["shop.cli"])).plan
    assert {"m0", "m1", "m2"} <= set(plan.names)


def test_a_test_goes_to_the_lego_it_is_named_after_else_to_the_last_that_it_imports() -> None:
    modules = [module("shop.a"), module("shop.b", "shop.a"), module("shop.c", "shop.b")]
    tests = {"tests/test_a.py": ["shop.a", "shop.c"], "tests/test_all.py": ["shop.a", "shop.b"], "tests/test_z.py": []}
    made = cut_up(report(*modules, tests=tests, entries=["shop.c"]))
    own = {lego.name: lego.files.get("unit tests", []) for lego in made.plan.legos}
    assert own == {"a": ["tests/test_a.py"], "b": ["tests/test_all.py"], "c": ["tests/test_z.py"]}
    assert "tests/test_z.py imports no module: the entry has it." in made.notes


def test_what_tests_share_belongs_to_the_entry() -> None:
    found = report(
        module("shop.a"),
        module("shop.b", "shop.a"),
        tests={"tests/test_a.py": ["shop.a"]},
        support=["tests/conftest.py"],
    )
    made = cut_up(found, "tests/data/orders.json", "conftest.py")
    assert owners(made, "tests/conftest.py") == owners(made, "tests/data/orders.json") == ["b"]
    assert made.unplaced == ("conftest.py",)


def test_packages_go_to_the_lego_that_imports_them_and_the_rest_to_the_entry() -> None:
    modules = [module("shop.a", packages=["PyYAML>=6"]), module("shop.b", "shop.a")]
    plan = cut_up(report(*modules, packages=["PyYAML>=6", "gunicorn", "not a requirement!"])).plan
    assert plan.lego("a").packages == ["PyYAML>=6"]
    assert plan.lego("b").packages == ["gunicorn"]


def test_contracts_to_come_lie_in_the_package_that_is_there() -> None:
    plan = cut_up(report(package("shop"), module("shop.a"))).plan
    assert plan.lego("a").files["contract"] == ["shop/contracts/a.py"]


def test_contracts_lie_where_they_usually_do_in_an_app_that_is_laid_out_as_usual() -> None:
    usual = Module(path="src/shop/a.py", name="shop.a"), Module(path="src/shop/__init__.py", name="shop")
    assert all("contract" not in lego.files for lego in cut_up(report(*usual)).plan.legos)


def test_a_folder_of_contracts_that_is_there_already_is_not_used_and_that_is_said() -> None:
    made = cut_up(report(package("shop"), module("shop.a"), module("shop.contracts.b")))
    assert all("contract" not in lego.files for lego in made.plan.legos)
    assert "shop/contracts/ has files already, so contracts of LEGOs will be in src/shop/." in made.notes


def test_every_lego_says_why_it_is_kept() -> None:
    assert {lego.reason for lego in cut_up(report(module("shop.a"))).plan.legos} == {ADOPTED}


def test_a_repository_without_code_has_nothing_to_adopt() -> None:
    with pytest.raises(NothingToAdopt, match="nothing to adopt"):
        cut_up(report(), "README.md")


@pytest.mark.parametrize(
    ("module_name", "used", "expected"),
    [
        ("shop.store", [], "store"),
        ("shop.store", ["store"], "shop_store"),
        ("shop.__main__", [], "shop_main"),
        ("shop", [], "shop_package"),
        ("shop.class", [], "shop_class"),
        ("shop.Ünit", [], "nit"),
        ("shop.2x", ["x"], "shop_x"),
    ],
)
def test_a_lego_is_named_after_its_module_as_far_as_names_allow(
    module_name: str, used: list[str], expected: str
) -> None:
    assert lego_name(module_name, "shop", used) == expected


def test_an_app_is_never_named_like_a_standard_module() -> None:
    assert app_name(["json", "Test", "my-shop"]) == "my_shop"
    assert app_name(["json"]) == "json_project"
    assert app_name(["--"]) == "adopted_project"


def test_of_many_names_the_first_are_told() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c", "d"]) == "a, b, c and d"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
