"""Commands that run the product on one machine: start everything, stop it, drop its local data.

`run` is the supervisor behind `make run`; `upkeep` is behind `make stop` and `make reset`. Production runs
the web server and the worker under the machine's own supervisor instead (docs/operations.md).
"""
