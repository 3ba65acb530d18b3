"""What prompts cost beyond the texts: 100 strings of 100–160 bytes, no glossary. Tokens are estimated as UTF-8 bytes ÷ 4.

Measured twice: in the calls that the product makes, and in one prompt that holds all the strings.
"""

import json
from typing import Any

from benchmarks.payloads import LOCALES
from tests.servers.deployment import Deployment
from tests.servers.model_server import start_model_server

STRINGS = 100
BYTES_PER_TOKEN = 4


def run(database: str) -> dict[str, Any]:
    ends = ["a little more of it", "a little more of it, so that it grows", "rather more of it, so that it grows beyond a line or two"]
    said = "says what a string of an interface might say to those who read it, and"
    texts = [f"Text number {index} {said} {ends[index % 3]}." for index in range(STRINGS)]
    sizes = [len(text.encode()) for text in texts]
    assert min(sizes) >= 100, min(sizes)
    assert max(sizes) <= 160, max(sizes)
    with start_model_server() as model:
        settings = {"OPENAI_API_KEY": "test", "OPENAI_BASE_URL": model.base_url, "DEFAULT_MODEL": "openai:test-small"}
        with Deployment(database, settings=settings) as product:
            product.start_web()
            product.start_worker()
            data = {f"key_{index}": text for index, text in enumerate(texts)}
            product.wait_for_group(product.submit({"sourceLocale": "en", "targetLocales": LOCALES[:1], "data": data})["groupId"])
            messages = [call["body"]["messages"] for call in model.requests()]
    prompt = sum(len(message["content"].encode()) for call in messages for message in call)
    rules = len(messages[0][0]["content"].encode())
    sent = [json.loads(call[-1]["content"])["texts"] for call in messages]
    assert sorted(text for found in sent for text in found.values()) == sorted(texts)
    numbered = json.dumps({"source": "en", "target": LOCALES[0], "texts": {str(index): text for index, text in enumerate(texts, 1)}})
    return {
        "text_tokens": sum(sizes) // BYTES_PER_TOKEN,
        "calls": len(messages),
        "prompt_tokens": prompt // BYTES_PER_TOKEN,
        "overhead": round((prompt - sum(sizes)) / sum(sizes), 3),
        "overhead_in_one_prompt": round((rules + len(numbered.encode()) - sum(sizes)) / sum(sizes), 3),
    }
