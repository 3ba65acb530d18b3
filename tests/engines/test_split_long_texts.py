"""Where a long text is divided, and that its parts make the text again."""

import pytest

from engines.translation.sentences import Part, join_parts, split_text


def texts(text: str, limit: int = 1) -> list[str]:
    """Divided wherever it may be; joined it is what it was."""
    parts = split_text(text, limit)
    assert join_parts(parts, [part.text for part in parts]) == text
    return [part.text for part in parts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("一つ。二つ！三つ？「四つ。」五つ", ["一つ。", "二つ！", "三つ？", "「四つ。」", "五つ"]),
        ("पहला। दूसरा। तीसरा", ["पहला।", "दूसरा।", "तीसरा"]),
        ("أين؟ هنا. نعم", ["أين؟", "هنا.", "نعم"]),
        ("Title\n\n- one\n- two\r\n  end", ["Title", "- one", "- two", "end"]),
        ("Wir treffen uns z. B. am 3. Mai. Dann ist Dr. Ott da.", ["Wir treffen uns z. B. am 3. Mai.", "Dann ist Dr. Ott da."]),
        ("It costs 3.50 at example.com today. Buy.", ["It costs 3.50 at example.com today.", "Buy."]),
        ("Wait... then go. Done", ["Wait... then go.", "Done"]),
    ],
)
def test_a_text_is_divided_between_its_sentences(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{user. Name}}. Bye", ["Hi {{user. Name}}.", "Bye"]),
        ("See <b>One. Two. Three.</b> Then <br> four. Five", ["See <b>One. Two. Three.</b> Then <br> four.", "Five"]),
        ("A <a href='x. Y'>b. C</a>. D", ["A <a href='x. Y'>b. C</a>.", "D"]),
        ("Read [the guide. Part 2](https://x.example/a). Next", ["Read [the guide. Part 2](https://x.example/a).", "Next"]),
        ("Run `a. B`. Then\n```\nx. Y\n\nz\n```\nEnd. Fin", ["Run `a. B`.", "Then", "```\nx. Y\n\nz\n```", "End.", "Fin"]),
        ("Open <b>One. Two without end. Three", ["Open <b>One.", "Two without end.", "Three"]),
    ],
)
def test_what_a_program_reads_stays_whole(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize("text", ["{n, plural, one {One. Two.} other {Three. Four.}}", "<p>One. Two.</p> Three. Four.", "Word " * 50])
def test_some_texts_are_not_divided(text: str) -> None:
    assert len(split_text(text, 10)) == 1


def test_parts_are_as_long_as_the_limit_allows() -> None:
    text = " ".join(f"Sentence number {number:03} is here." for number in range(100))

    parts = split_text(text, 300)

    assert max(len(part.text) for part in parts) <= 300
    assert len(parts) <= 14
    assert join_parts(parts, [part.text for part in parts]) == text


def test_the_white_space_between_parts_is_that_of_the_source() -> None:
    parts = split_text("  One.  Two.\n\n\tThree. ", 1)

    assert parts == [Part("  One.", "  "), Part("Two.", "\n\n\t"), Part("Three.", " ")]
    assert join_parts(parts, ["Eins.", " Zwei. ", "Drei."]) == "  Eins.  Zwei.\n\n\tDrei. "
