"""Charts: where columns stand, what the scale ends at, what the table says; texts in them are inert."""

from organizations.charts import Series, span, stack

DAYS = ["1 Mar", "2 Mar", "3 Mar"]
HOSTILE = "<script>alert(1)</script>"


def test_values_stand_on_each_other_under_a_round_end_of_the_scale() -> None:
    chart = stack("Jobs", DAYS, [Series("done", [10, 0, 30], "completed"), Series("failed", [10, 0, 5], "failed")])

    assert [(rule.label, rule.y) for rule in chart.rules] == [("40", "0.00"), ("20", "50.00"), ("0", "100.00")]
    assert [[(part.look, part.y, part.height) for part in column.parts] for column in chart.columns] == [
        [("completed", "75.00", "25.00"), ("failed", "50.00", "25.00")],
        [],
        [("completed", "25.00", "75.00"), ("failed", "12.50", "12.50")],
    ]
    assert chart.rows == [("1 Mar", ["10", "10"]), ("2 Mar", ["0", "0"]), ("3 Mar", ["30", "5"])]
    assert chart.columns[0].said == "1 Mar: 10 done, 10 failed"


def test_days_without_anything_are_an_empty_plot() -> None:
    chart = stack("Jobs", DAYS, [Series("done", [0, 0, 0])])

    assert [rule.label for rule in chart.rules] == ["1", "0"]
    assert not any(column.parts for column in chart.columns)


def test_little_beside_much_is_still_seen() -> None:
    chart = stack("Jobs", DAYS, [Series("done", [1, 0, 100_000])])

    assert float(chart.columns[0].parts[0].height) > 1


def test_durations_stand_by_logarithm_and_what_was_not_measured_has_no_bar() -> None:
    chart = span("Took", DAYS, Series("p50", [1.0, None, 10.0]), Series("p95", [60.0, None, 10.0]))

    assert [rule.label for rule in chart.rules] == ["1.0 s", "10 s", "1 min"]
    between, upper, lower = chart.columns[0].parts
    assert (between.y, between.height, upper.y, lower.look) == ("0.00", "100.00", "0.00", "data")
    assert chart.columns[1].parts == []
    assert chart.rows[1] == ("2 Mar", ["–", "–"])


def test_one_duration_alone_has_a_scale() -> None:
    assert [rule.label for rule in span("Took", ["1 Mar"], Series("p50", [10.0]), Series("p95", [10.0])).rules] == ["10 s", "1 min"]


def test_texts_are_inert() -> None:
    chart = stack("Words", [HOSTILE], [Series(HOSTILE, [1]), Series("b", [1])], say=lambda value: HOSTILE)

    assert HOSTILE not in chart.drawing + chart.numbers
    assert chart.drawing.count("&lt;script&gt;") == 4
