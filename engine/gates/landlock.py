"""Landlock and seccomp by hand: what a process may touch, given up for good by the process itself.

Landlock limits the files, a seccomp filter refuses every new socket (Landlock alone knows only TCP, and that only since
Linux 6.7). Both hold for all children and cannot be taken back. Imports nothing but the standard library: the launcher
runs it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The three system calls; the numbers are the same on every architecture."""

ASK_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
FILE_ONLY = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
"""The rights that make sense for something that is not a folder; the kernel refuses others there."""

RIGHTS_BY_VERSION = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
"""All file rights known to an interface version (and to those after it)."""

TCP_BIND_AND_CONNECT, TCP_SINCE = 0b11, 4
ABSTRACT_SOCKETS_AND_SIGNALS, SCOPES_SINCE = 0b11, 6

NO_NEW_PRIVILEGES, SET_SECCOMP, SECCOMP_FILTER = 38, 22, 2
SOCKET_CALLS = {
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
    "riscv64": (0xC00000F3, 198),
}
"""Machine → its audit number and the number of its `socket` call."""
IO_URING_SETUP = 425
FOREIGN_CALLS = 0x40000000
"""From here on, x86-64 numbers mean the x32 calls, which would slip past the filter."""

_libc = ctypes.CDLL(None, use_errno=True)
_UNSIGNED = ctypes.c_ulong


def version() -> int:
    """The kernel's Landlock interface version; 0 without Landlock or without a filter for this machine's sockets."""
    if sys.platform != "linux" or platform.machine() not in SOCKET_CALLS:
        return 0
    return max(int(_libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION)), 0)


def restrict(writable: Iterable[str], readable: Iterable[str]) -> None:
    """Keep this process to those paths, without sockets; missing paths are left out.

    Raises OSError if the kernel refuses.
    """
    known = version()
    rights = RIGHTS_BY_VERSION[max(v for v in RIGHTS_BY_VERSION if v <= max(known, 1))]
    tcp = TCP_BIND_AND_CONNECT if known >= TCP_SINCE else 0
    scopes = ABSTRACT_SOCKETS_AND_SIGNALS if known >= SCOPES_SINCE else 0
    attributes = struct.pack("QQQ", rights, tcp, scopes)
    ruleset = _call(_libc.syscall, CREATE_RULESET, attributes, len(attributes), 0)
    for path in readable:
        _allow(ruleset, path, rights & READ)
    for path in writable:
        _allow(ruleset, path, rights)
    _prctl(NO_NEW_PRIVILEGES, 1)
    _call(_libc.syscall, RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)
    _refuse_sockets()


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - the launcher starts faster without pathlib
            rights &= FILE_ONLY
        _call(_libc.syscall, ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, opened), 0)
    finally:
        os.close(opened)


def _refuse_sockets() -> None:
    audit, socket_call = SOCKET_CALLS[platform.machine()]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | 1  # the error is EPERM
    program = [
        (load, 0, 0, 4),  # the architecture
        (equal, 0, 5, audit),
        (load, 0, 0, 0),  # the number of the call
        (equal, 3, 0, socket_call),
        (equal, 2, 0, IO_URING_SETUP),
        (at_least, 1, 0, FOREIGN_CALLS),
        (answer, 0, 0, allow),
        (answer, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    calls = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code)))
    _prctl(SET_SECCOMP, SECCOMP_FILTER, ctypes.addressof(calls))


def _prctl(option: int, second: int, third: int = 0) -> None:
    _call(_libc.prctl, option, *map(_UNSIGNED, (second, third, 0, 0)))


def _call(function: object, *arguments: object) -> int:
    result = int(function(*arguments))  # type: ignore[operator]
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
