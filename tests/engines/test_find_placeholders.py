"""What in a text is a program's to read."""

import pytest

from engines.translation.placeholders import find_syntax, mask, signature, unmask


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Hi {name}, {{ count }} of {0} {}", ["{name}", "{{ count }}", "{0}", "{}"]),
        ("%s and %(n)d, %1$s of %.2f%% for %@", ["%s", "%(n)d", "%1$s", "%.2f", "%@"]),
        ("${total} %{name} #{x} $t(common.ok)", ["${total}", "%{name}", "#{x}", "$t(common.ok)"]),
        ('<b>Bold</b> <0/> <a href="/x">', ["<b>", "</b>", "<0/>", '<a href="/x">']),
        ("See https://x.example/a?b=c. Or (www.y.example)", ["https://x.example/a?b=c", "www.y.example"]),
        ("见https://x.example/您好", ["https://x.example/"]),
        ("Write to me@x.example!", ["me@x.example"]),
        ("a&nbsp;b &#160; R&D", ["&nbsp;", "&#160;"]),
        ("{when, date, short} {x:.2f} {user.name!r}", ["{when, date, short}", "{x:.2f}", "{user.name!r}"]),
        ("100% sure, 50%discount, a < b, {not a name}, I <3 you", []),
    ],
)
def test_tokens_are_found_in_order(text: str, tokens: list[str]) -> None:
    assert [token.text for token in find_syntax(text)] == tokens


def test_of_an_icu_message_everything_but_the_branches_texts_is_syntax() -> None:
    text = "{n, plural, offset:1 =0 {none} one {# file in {dir}} other {{n} files, it's {g, select, a {his} other {'{'x'}'}}}} left"

    covered = "".join(token.text for token in find_syntax(text))

    assert covered == "{n, plural, offset:1 =0 {} one {#{dir}} other {{n}{g, select, a {} other {}}}}"


def test_a_quoted_brace_in_a_branch_is_text() -> None:
    text = "{g, select, a {it's '{' open} other {x}}"

    assert "".join(token.text for token in find_syntax(text)) == "{g, select, a {} other {}}"


@pytest.mark.parametrize("text", ["{n, plural, one {# file", "{n, select, a {b} c}", "{n, plural, one {a} {b}}"])
def test_a_malformed_icu_message_is_plain_text(text: str) -> None:
    assert all("plural" not in token.text for token in find_syntax(text))


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Hello {name}", "{name}, hallo"),
        ("{ name }", "{name}"),
        ("<br />", "<br/>"),
        ("{n, plural, one {# file} other {# files}}", "{n, plural, one {# файл} few {# файла} many {# файлов} other {# файла}}"),
        ("{n, plural, one {{a} x} other {{a} y}}", "{n, plural, other {{a} z}}"),
        ("Q&amp;A", "Fragen & Antworten"),
        ("Go to https://x.example/.", "Gehe zu https://x.example/!"),
    ],
)
def test_texts_that_differ_only_in_words_have_one_signature(source: str, translation: str) -> None:
    assert signature(source) == signature(translation)


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("Hello {name}", "Hallo"),
        ("Hello {name}", "Hallo {name} {name}"),
        ("Hello {name}", "Hallo {Name}"),
        ("Hello", "Hallo {name}"),
        ("<b>Go</b>", "<b>Los<b>"),
        ("%1$s of %2$s", "%1$s von %1$s"),
        ("{n, plural, other {#}}", "{m, plural, other {#}}"),
        ("{n, plural, other {{a} x}}", "{n, plural, other {{b} x}}"),
        ("See https://x.example/a", "Siehe https://x.example/b"),
    ],
)
def test_a_lost_doubled_changed_or_new_token_changes_the_signature(source: str, translation: str) -> None:
    assert signature(source) != signature(translation)


def test_a_masked_text_comes_back_whole() -> None:
    text = "Hi {name}, <b>%d</b> of {n, plural, one {# file} other {files}} \ue000 at me@x.example"

    masked = mask(text)

    assert not any(piece in masked.text for piece in ("{", "%", "<", "@", "plural"))
    assert unmask(masked.text, masked.pieces) == text


@pytest.mark.parametrize("damaged", ["", "\ue000", "\ue000\ue000\ue001", "\ue000\ue001\ue002"])
def test_a_masked_text_that_lost_or_doubled_a_token_does_not_come_back(damaged: str) -> None:
    assert unmask(damaged, mask("{a} {b}").pieces) is None
