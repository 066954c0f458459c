"""The tree of one repository as a folder in a commit of another."""

from __future__ import annotations

import tempfile
from pathlib import Path

from engine.git.landing import Landing
from engine.git.paths import clean_path


def graft(into: Landing, base: str, source: Landing, folder: str, message: str) -> str:
    """The commit that is `base` with `folder` holding just what is committed at the HEAD of `source`.

    Nothing is checked out. The history of `source` stays reachable in `into` as `refs/meta/<folder>`. Returns `base`
    itself when that changes nothing.
    """
    path = clean_path(folder)
    kept = f"refs/meta/{path}"
    with into.lock, source.lock, tempfile.TemporaryDirectory(prefix="meta-index-") as temporary:
        into.run("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", str(source.root), f"+HEAD:{kept}")
        index = {"GIT_INDEX_FILE": str(Path(temporary, "index"))}
        into.run("read-tree", base, environment=index)
        into.run("rm", "-r", "-f", "--cached", "--quiet", "--ignore-unmatch", "--", path, environment=index)
        into.run("read-tree", f"--prefix={path}/", kept, environment=index)
        tree = into.run("write-tree", environment=index).text
        if tree == into.ids(base, [""])[""]:
            return base
        return into.run("commit-tree", tree, "-p", base, stdin=message.encode()).text
