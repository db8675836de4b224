"""Types of options: what they take, and the sentence for what they do not."""

import argparse
from threading import Thread

import pytest

from ecd2g.cli import options
from ecd2g.cli.termination import clean_termination

REFUSED = [
    (options.positive_number, "much", "must be a positive finite number, got 'much'"),
    (options.positive_number, "0", "must be a positive finite number, got '0'"),
    (options.non_negative_number, "some", "must be zero or a positive finite number, got 'some'"),
    (options.non_negative_number, "inf", "must be zero or a positive finite number, got 'inf'"),
    (options.share, "half", "must be a share of at least 0 and less than 1, got 'half'"),
    (options.share, "1", "must be a share of at least 0 and less than 1, got '1'"),
    (
        options.symbol_counts,
        "4,x",
        "must be a whole number of at least 1, or one per site like 4,4,2, got '4,x'",
    ),
    (
        options.symbol_counts,
        "4,0",
        "must be a whole number of at least 1, or one per site like 4,4,2, got '4,0'",
    ),
]


@pytest.mark.parametrize(
    ("kind", "text", "words"), REFUSED, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_an_option_cannot_be_is_said_in_one_sentence(kind, text, words) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        kind(text)
    assert str(caught.value) == words


def test_a_thread_that_is_not_the_main_one_runs_without_a_handler() -> None:
    done = []

    def work():
        with clean_termination():
            done.append(True)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
