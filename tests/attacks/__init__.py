"""Hostile submissions: what each must get, and a runner that grades them with `grader grade`.

`cases/` holds one small file an attack, `twins/` the same techniques used innocently; `raw_*.py`
make what no Python file can be; `phrases.toml` maps what the grader must withstand to cases.
"""
