"""`python -m script.answers URL`: exits 0 where a PostgreSQL or Redis server answers at the URL."""

import sys

import psycopg
import redis


def answers(url: str) -> bool:
    try:
        if url.startswith("redis"):
            return bool(redis.Redis.from_url(url, socket_connect_timeout=3).ping())
        with psycopg.connect(f"{url}/postgres", connect_timeout=3):
            return True
    except (redis.RedisError, psycopg.Error):
        return False


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
