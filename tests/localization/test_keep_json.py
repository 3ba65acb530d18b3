"""Customers' JSON comes back as it was sent: what is not translated is the same text, to the digit."""

import json

import pytest

from engines.providers.pseudo import pseudolocalize
from localization.models import JobGroup
from tests.localization.calls import JOBS, Api
from tests.localization.work import run_due_steps

# Compact, so that nothing but a change of the content can make a difference. None of it is translatable.
PLAIN = {
    "spelling of numbers": '{"a":1.10e3,"b":1.50,"c":-0.0,"d":1E5,"e":12345678901234567890123,"f":0.1000000000000000055511151231257827}',
    "4,300 digits": f'{{"a":{"7" * 4300}}}',
    "key order": '{"z":1,"a":2,"10":3,"9":4,"Z":{"y":[{"c":1,"b":2}],"x":0}}',
    "values": '{"t":true,"f":false,"n":null,"e":"","o":{},"l":[],"s":" ","d":"12"}',
    "__proto__": '{"__proto__":{"polluted":true},"constructor":{"prototype":null},"toString":1}',
    "empty keys": '{"":{"":[{"":null}]}," ":1}',
    "odd keys": '{"a.b":1,"a/b":2,"a[0]":3,"$ref":4,"../..":5,"a b":6,"%00":7,"é😀":8,"\\u0001":9,"\\"":10}',
    "keys that differ in case or composition": '{"a":1,"A":2,"é":3,"e\u0301":4}',
}
TEXTS = {
    "markup": '{"a":"<script>alert(1)</script>","b":"{{7*7}}","c":"=cmd()","d":"${jndi:ldap://x}","e":"%s %(x)s","f":"\'; DROP TABLE x;--"}',
    "spaces and controls": '{"a":"  two  spaces\\n\\ttab\\r\\n","b":"\\u0001\\u001f","c":"\u2028\u200f\ufeff"}',
    "depth 32": '{"a":' + "[" * 30 + '"x"' + "]" * 30 + "}",
    "texts like values": '{"1":"1","true":"true","null":"null"}',
    "composition": '{"a":"é","b":"e\u0301","c":"😀👩\u200d👩"}',
}
MIXED = '{"z":1.10e3,"a":{"__proto__":{"":[true,"","12",HELLO]},"a.b/c[0]":HELLO,"x":null},"":HELLO,"n":-0.0,"10":1,"9":[2,[HELLO]]}'


def submission(data: str, target: str) -> str:
    return f'{{"sourceLocale":"en","targetLocales":["{target}"],"data":{data}}}'


def spelt(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].rpartition(end)[0]


def read_back(api: Api, data: str, target: str) -> tuple[str, str]:
    """`inputData` and `outputData` of the one job, as text, once nothing is due."""
    answer = api.post(JOBS, submission(data, target))
    assert answer.status == 202, answer.text
    run_due_steps()
    text = api.get(f"{JOBS}/{answer.body['jobs'][0]['id']}").text
    return between(text, '"inputData":', ',"outputData":'), between(text, '"outputData":', ',"error":')


@pytest.mark.parametrize("data", [*PLAIN.values(), *TEXTS.values()], ids=[*PLAIN, *TEXTS])
def test_payload_for_its_own_locale_is_copied_byte_for_byte(api: Api, data: str) -> None:
    assert read_back(api, data, "en") == (data, data)
    assert JobGroup.objects.get().source == data


@pytest.mark.parametrize("data", PLAIN.values(), ids=PLAIN)
def test_translation_changes_the_text_and_nothing_beside_it(api: Api, data: str) -> None:
    sent = f'{data[:-1]},"last":"Hello"}}'

    assert read_back(api, sent, "de") == (sent, f'{data[:-1]},"last":{spelt(pseudolocalize("Hello", "de"))}}}')


def test_translated_texts_stand_where_the_sources_stood(api: Api) -> None:
    sent = MIXED.replace("HELLO", '"Hello"')

    assert read_back(api, sent, "de") == (sent, MIXED.replace("HELLO", spelt(pseudolocalize("Hello", "de"))))


def test_white_space_between_values_is_not_kept(api: Api) -> None:
    data = ' {\r\n\t"b" : [ 1.0 , "\\u00e9\\/" ] ,\n "a" : { } }\n'

    assert read_back(api, data, "en") == ('{"b":[1.0,"é/"],"a":{}}', '{"b":[1.0,"é/"],"a":{}}')
