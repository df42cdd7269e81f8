"""Learning from examples: by hand-checkable words, by ten examples, across languages; kept and opened again."""

from pathlib import Path

import numpy as np
import pytest

from vivencia.understand.text import stack
from vivencia.understand.text.encoders import Opened
from vivencia.understand.text.seeds import seeds
from vivencia.understand.text.views import vectors

ASKED = {
    "card": ["my card has not arrived", "where is my new card", "the card never came", "still waiting for the card"],
    "charge": ["I was charged twice", "there is a charge I do not know", "wrong amount on my bill", "double payment"],
    "close": ["close my account", "I want to leave the bank", "cancel everything please", "delete my account now"],
}
TEXTS = [text for some in ASKED.values() for text in some]
LABELS = [label for label, some in ASKED.items() for _text in some]


def test_taught_in_english_and_asked_in_spanish(opened: Opened) -> None:
    learned = stack.train(TEXTS, LABELS, vectors(TEXTS, opened.encoders), even=False)
    asked = ["¿Dónde está mi tarjeta nueva?", "Me han cobrado dos veces", "Quiero cerrar mi cuenta"]
    logs = learned.log_chances(asked, vectors(asked, opened.encoders))
    assert [learned.labels[best] for best in logs.argmax(axis=1)] == ["card", "charge", "close"]
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1.0)


def test_what_nobody_taught_is_less_familiar_than_what_was_taught(opened: Opened) -> None:
    learned = stack.train(TEXTS, LABELS, vectors(TEXTS, opened.encoders), even=False)
    known, unknown = ["did my card get lost on the way?"], ["what is the boiling point of water on the moon?"]
    near = learned.familiarity(known, vectors(known, opened.encoders))[0]
    far = learned.familiarity(unknown, vectors(unknown, opened.encoders))[0]
    assert near > far
    assert learned.threshold(0.0) <= learned.threshold(0.05) <= learned.threshold(1.0)


def test_with_few_labels_what_nobody_taught_is_called_unknown(opened: Opened) -> None:
    """Spanish is asked where only English was taught: known and unknown are told apart there, too."""
    usual = [seed.text for seed in seeds()[::4]]
    learned = stack.train(
        TEXTS, LABELS, vectors(TEXTS, opened.encoders), even=False, beside=vectors(usual, opened.encoders)
    )
    asked = {
        "did my card get lost on the way?": True,
        "somebody took money from my bill twice": True,
        "¿Dónde está mi tarjeta nueva?": True,
        "how do I bake bread without yeast": False,
        "what will the weather be like on Sunday": False,
        "¿Qué tiempo hará el domingo?": False,
    }
    known = learned.known([*asked], vectors([*asked], opened.encoders), 0.05)
    assert dict(zip(asked, known.tolist(), strict=True)) == asked
    assert learned.spoken == ("en",)


def test_words_alone_carry_on_where_there_is_no_encoder() -> None:
    learned = stack.train(TEXTS, LABELS, {}, even=False)
    asked = ["where is the card", "a charge twice"]
    best = learned.log_chances(asked, {}).argmax(axis=1)
    assert [learned.labels[each] for each in best] == ["card", "charge"]


def test_a_classifier_is_the_same_after_it_was_kept(opened: Opened, tmp_path: Path) -> None:
    seen = vectors(TEXTS, opened.encoders)
    learned = stack.train(TEXTS, LABELS, seen)
    learned.save(tmp_path / "it.npz")
    again = stack.load(tmp_path / "it.npz")
    np.testing.assert_allclose(again.log_chances(TEXTS, seen), learned.log_chances(TEXTS, seen), atol=1e-5)
    np.testing.assert_allclose(again.familiarity(TEXTS, seen), learned.familiarity(TEXTS, seen), atol=1e-4)
    assert (again.labels, again.neighbours, again.spoken) == (learned.labels, learned.neighbours, learned.spoken)
    assert again.known(TEXTS, seen, 0.05).tolist() == learned.known(TEXTS, seen, 0.05).tolist()


def test_leaving_out_is_what_learning_without_the_text_would_say() -> None:
    """The closed form of the left-out residual against really leaving one text out."""
    rows = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
    kernel = (rows @ rows.T).astype(np.float32)
    which = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    alphas, inverse = stack._solve(kernel, which, np.ones(8), 0.5, 2, leave_out=True)
    without_first = (stack._coded(which, 2) - alphas / inverse[:, None])[0]
    others, _diagonal = stack._solve(kernel[1:, 1:].copy(), which[1:], np.ones(7), 0.5, 2, leave_out=False)
    np.testing.assert_allclose(without_first, kernel[0, 1:] @ others, atol=1e-4)


def test_one_label_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match="at least two different labels"):
        stack.train(["a", "b"], ["x", "x"], {})


def test_macro_f1_counts_every_label_alike() -> None:
    true, said = np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])
    assert stack.macro_f1(true, said) == pytest.approx((6 / 7 + 0) / 2)
