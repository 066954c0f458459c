"""What is in a repository: modules, who imports whom, tests, requirements. Parses files, never imports or runs them.

Called in the root of a checkout as `survey.py REPORT`; `python.md`, section "Survey", says what the report holds.
"""

from __future__ import annotations

import ast
import configparser
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEST_FOLDERS = {"test", "tests"}
TEST_FRAMEWORKS = {"django", "pytest", "unittest"}
TOOL_FOLDERS = {"benchmarks", "bin", "doc", "docs", "examples", "scripts", "tools"}
TOOL_FILES = {"setup.py", "noxfile.py", "fabfile.py", "tasks.py", "dodo.py"}
SOURCE_FOLDERS = {"src", "lib"}
IMPORT_OF = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "crypto": "pycryptodome",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "gitpython",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg_resources": "setuptools",
    "serial": "pyserial",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Imported name, in small letters → the package that has it, where the two are called differently."""

REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[A-Za-z0-9._,\s-]+\])?\s*\(?([<>=!~][^;#)]*)?")
SCRIPT = re.compile(r"[\w.-]+\s*=\s*([A-Za-z_][\w.]*)(:[\w.]+)?(\s*\[.*\])?")
NORMAL = re.compile(r"[-_.]+")


class Project:
    """The files of a checkout, and what each is called."""

    def __init__(self, root: Path) -> None:
        self.root = root
        found = sorted(path.relative_to(root) for path in root.rglob("*.py") if path.is_file())
        self.files = [path for path in found if not any(part.startswith(".") for part in path.parts)]
        self.packages = {path.parent for path in self.files if path.name == "__init__.py"}
        self.names = {path: self.name_of(path) for path in self.files}
        self.trees: dict[Path, ast.Module] = {}
        self.broken: list[dict[str, str]] = []
        for path in self.files:
            try:
                self.trees[path] = ast.parse((root / path).read_bytes(), filename=str(path))
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                self.trees[path] = ast.Module([], [])
                self.broken.append({"path": path.as_posix(), "why": str(error)})
        self.metadata = read_toml(root / "pyproject.toml")
        self.setup = read_ini(root / "setup.cfg")

    def name_of(self, path: Path) -> str:
        """The full name by which it is imported; "" for a file that has none."""
        home = self.home(path)
        parts = [*path.parent.relative_to(home).parts, path.stem]
        if parts[-1] == "__init__":
            parts.pop()
        return ".".join(parts) if all(part.isidentifier() for part in parts) else ""

    def home(self, path: Path) -> Path:
        """The folder from which its name is counted: above its outermost package, or a folder for sources."""
        folder = path.parent
        while folder in self.packages and folder != Path():
            folder = folder.parent
        if folder != path.parent:
            return folder
        sources = [above for above in (folder, *folder.parents) if above.name in SOURCE_FOLDERS]
        return sources[0] if sources else Path()

    def is_test(self, path: Path) -> bool:
        """Whether it belongs to the tests, be it tests or what they share."""
        return self.has_tests(path) or path.name == "conftest.py" or bool(TEST_FOLDERS.intersection(path.parts[:-1]))

    def has_tests(self, path: Path) -> bool:
        """Whether the test runner looks for tests in it."""
        named = path.name.startswith("test_") or path.stem.endswith("_test")
        return named or (path.stem == "tests" and self.imports_a_test_framework(path))

    def imports_a_test_framework(self, path: Path) -> bool:
        """Whether a file whose name may mean anything is about testing the project."""
        return any(name.split(".")[0] in TEST_FRAMEWORKS for name in imports(self.trees[path], []))

    def is_tool(self, path: Path) -> bool:
        """Whether it serves the making of the project, not the project."""
        first = Path(path.parts[0])
        return path.as_posix() in TOOL_FILES or (first.name in TOOL_FOLDERS and first not in self.packages)

    def modules(self) -> list[Path]:
        """The files that the project consists of."""
        return [path for path in self.files if self.names[path] and not self.is_test(path) and not self.is_tool(path)]


def survey(root: Path) -> dict[str, Any]:
    """The whole report."""
    project = Project(root)
    modules = project.modules()
    known = {project.names[path] for path in modules}
    local = {name.split(".")[0] for name in project.names.values() if name} | {path.stem for path in project.files}
    declared = requirements(project)
    listed = []
    for path in modules:
        inside, outside = split_imports(project, path, known, local)
        needs, unknown = explained(outside, declared)
        listed.append(
            {
                "path": path.as_posix(),
                "name": project.names[path],
                "doc": first_sentence(ast.get_docstring(project.trees[path]) or ""),
                "size": len((root / path).read_bytes().splitlines()),
                "imports": sorted(inside - {project.names[path]}),
                "packages": needs,
                "unknown": unknown,
            }
        )
    tests = [path for path in project.files if project.is_test(path) and not project.is_tool(path)]
    return {
        "schema_version": 1,
        "name": project_name(project),
        "modules": listed,
        "tests": [
            {"path": path.as_posix(), "imports": sorted(split_imports(project, path, known, local)[0])}
            for path in tests
            if project.has_tests(path)
        ],
        "support": [path.as_posix() for path in tests if not project.has_tests(path)],
        "packages": sorted(declared.values()),
        "entries": entries(project, modules),
        "broken": project.broken,
    }


def split_imports(project: Project, path: Path, known: set[str], local: set[str]) -> tuple[set[str], set[str]]:
    """The modules of the project that a file imports, and the names of what it imports from elsewhere."""
    package = project.names[path].split(".") if project.names[path] else []
    if path.name != "__init__.py":
        package = package[:-1]
    beside = {name for name in known if path.parent not in project.packages and name.split(".")[:-1] == package}
    inside, outside = set(), set()
    for name in imports(project.trees[path], package):
        neighbour = ".".join([*package, name.split(".")[0]])
        if found := longest(name, known) or (neighbour if neighbour in beside else ""):
            inside.add(found)
        elif (top := name.split(".")[0]) and top not in local and top not in sys.stdlib_module_names:
            outside.add(top)
    return inside, outside


def imports(tree: ast.Module, package: list[str]) -> Iterator[str]:
    """Every name that is imported, in full: of `from a.b import c`, that is `a.b.c`."""
    for node in running(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *([node.module] if node.module else [])]
            yield from (".".join([*stem, alias.name] if alias.name != "*" else stem) for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, without what only a type checker sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in child.orelse:
                yield other
                yield from running(other)
            continue
        yield child
        yield from running(child)


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def longest(name: str, known: set[str]) -> str:
    """The module that a name lies in: itself or what it is a part of; "" for none."""
    parts = name.split(".")
    return next((head for n in range(len(parts), 0, -1) if (head := ".".join(parts[:n])) in known), "")


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    paragraph = " ".join(text.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s", paragraph, maxsplit=1)[0][:200]


def project_name(project: Project) -> str:
    """What the project calls itself."""
    poetry = below(project.metadata, "tool", "poetry")
    given = below(project.metadata, "project").get("name") or poetry.get("name")
    return str(given or project.setup.get("metadata", "name", fallback=""))


def requirements(project: Project) -> dict[str, str]:
    """Normal name → requirement, of every package that the project says it needs to run."""
    lines = [str(line) for line in as_list(below(project.metadata, "project").get("dependencies"))]
    for extra in below(project.metadata, "project", "optional-dependencies").values():
        lines += [str(line) for line in as_list(extra)]
    lines += [name for name in below(project.metadata, "tool", "poetry", "dependencies") if name.lower() != "python"]
    lines += project.setup.get("options", "install_requires", fallback="").splitlines()
    lines += read_lines(project.root / "requirements.txt")
    lines += [text for text in setup_strings(project, "install_requires")]
    found: dict[str, str] = {}
    for line in lines:
        match = REQUIREMENT.match(line) if line.strip() and not line.strip().startswith(("#", "-")) else None
        if match:
            extras, versions = ("".join((match[n] or "").split()) for n in (2, 3))
            found.setdefault(normal(match[1]), match[1] + extras + versions.rstrip(","))
    return found


def explained(outside: set[str], declared: dict[str, str]) -> tuple[list[str], list[str]]:
    """The requirements behind imported names, and the names behind which there is none."""
    needs, unknown = set(), set()
    for top in outside:
        own = normal(top)
        wanted = [own, IMPORT_OF.get(top.lower(), own), f"python-{own}", f"py{own}", f"{own}-py"]
        found = next((declared[name] for name in wanted if name in declared), "")
        if found:
            needs.add(found)
        else:
            unknown.add(top)
    return sorted(needs), sorted(unknown)


def entries(project: Project, modules: list[Path]) -> list[str]:
    """What a person may start: declared commands, `__main__`, then modules that can be run."""
    scripts = [*below(project.metadata, "project", "scripts").values()]
    scripts += below(project.metadata, "project", "gui-scripts").values()
    scripts += below(project.metadata, "tool", "poetry", "scripts").values()
    declared = [str(one).split(":")[0] for one in scripts if isinstance(one, str)]
    lines = project.setup.get("options.entry_points", "console_scripts", fallback="").splitlines()
    for line in [*lines, *setup_strings(project, "entry_points")]:
        if match := SCRIPT.fullmatch(line.strip()):
            declared.append(match[1])
    names = {project.names[path]: path for path in modules}
    found = [name for name in declared if name in names]
    found += [name for name in names if name.endswith("__main__")]
    can_run = [name for name, path in names.items() if is_run(project.trees[path])]
    usual = ("main", "cli", "app", "manage", "run", "server", "__main__")
    found += sorted(can_run, key=lambda name: (name.split(".")[-1] not in usual, name.count("."), name))
    return list(dict.fromkeys(found))


def is_run(tree: ast.Module) -> bool:
    """Whether it does something when it is started."""
    return any(isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body)


def setup_strings(project: Project, keyword: str) -> Iterator[str]:
    """Every string in one argument of `setup(…)`."""
    for node in ast.walk(project.trees.get(Path("setup.py"), ast.Module([], []))):
        if isinstance(node, ast.keyword) and node.arg == keyword:
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield inner.value


def below(data: Any, *keys: str) -> dict[str, Any]:
    """The table at that place; an empty one where there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def as_list(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def normal(name: str) -> str:
    return NORMAL.sub("-", name).lower()


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file; none for one that is missing or wrong."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def read_ini(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, configparser.Error):
        return configparser.ConfigParser()
    return parser


def read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(survey(Path()), indent=1), encoding="utf-8")
