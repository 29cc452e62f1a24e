"""How long commands take to start, as ratios to what they cannot do without.

Run by `make bench`: figures depend on the machine and are no test.
"""

import statistics
import subprocess
import sys
import time

ROUNDS = 9


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    commands = {
        "python -c 'import typer'": ("-c", "import typer"),
        "grader --help": ("-m", "grader", "--help"),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):  # in turns, so that a slow moment is everybody's
        for name, arguments in commands.items():
            times[name].append(seconds(*arguments))
    medians = {name: statistics.median(values) for name, values in times.items()}
    base = medians["python -c 'import typer'"]
    for name, median in medians.items():
        sys.stdout.write(f"{name:26} {median:6.3f} s   {median / base:4.1f} ×\n")


if __name__ == "__main__":
    main()
