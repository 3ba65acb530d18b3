"""`python -m benchmarks [NAME …] [--database postgresql|sqlite] [--repeat 3]`: runs measurements and prints a line of JSON for each run."""

import argparse
import importlib
import json
import os

import django

from benchmarks.calibration import model_server_ms_per_call

NAMES = [
    "thousand_jobs",
    "post_cost",
    "trickle",
    "kills",
    "web_kills",
    "fairness",
    "idempotency",
    "sockets",
    "synchronous",
    "provider_down",
    "garbage",
    "reviews",
    "external_orders",
    "corpus_payload",
    "pages",
    "prompt_overhead",
]
WITHOUT_DATABASE = ["checks_corpus"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME", help=", ".join([*NAMES, *WITHOUT_DATABASE]))
    parser.add_argument("--database", action="append", choices=["postgresql", "sqlite"])
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for name in options.names:
        module = importlib.import_module(f"benchmarks.{name}")
        for database in ["none"] if name in WITHOUT_DATABASE else options.database or ["postgresql", "sqlite"]:
            for _ in range(options.repeat):
                calibration = {} if database == "none" else {"calibration_ms": model_server_ms_per_call()}
                print(json.dumps({"benchmark": name, "database": database, **calibration, **module.run(database)}), flush=True)


if __name__ == "__main__":
    main()
