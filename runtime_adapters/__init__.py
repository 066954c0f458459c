"""Runtimes: executables that run one agent session each. The contract is in `adapter_interface.md`."""
