"""`python -m benchmarks [NAME …] [--database postgresql|sqlite] [--repeat 3]`: runs measurements and prints a line of JSON for each run."""

import argparse
import importlib
import json

NAMES = ["thousand_jobs", "post_cost", "trickle", "kills", "web_kills", "fairness", "idempotency", "sockets"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--database", action="append", choices=["postgresql", "sqlite"])
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    for name in options.names:
        module = importlib.import_module(f"benchmarks.{name}")
        for database in options.database or ["postgresql", "sqlite"]:
            for _ in range(options.repeat):
                print(json.dumps({"benchmark": name, "database": database, **module.run(database)}), flush=True)


if __name__ == "__main__":
    main()
