"""Labelled texts out of people's own CSV files: which columns are meant, and labels that are spelled differently."""

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TEXTS = (
    "text", "texto", "tweet", "comment", "comentario", "review", "utterance", "sentence", "frase", "verbatim",
    "message", "mensaje", "query", "question", "pregunta", "opinion", "content", "contenido", "body", "remark",
)  # fmt: skip
_ANY = ("label", "etiqueta", "class", "clase", "target", "gold")
_INTENTS = ("intent", "intencion", "category", "categoria", *_ANY)
LABELS: Mapping[str, tuple[str, ...]] = {
    "intent": _INTENTS,
    "scope": _INTENTS,
    "sentiment": (
        "sentiment", "polarity", "polaridad", "sentimiento", "sentimientos", *_ANY, "stars", "estrellas", "rating",
        "valoracion", "score", "puntuacion", "value",
    ),
    "emotion": ("emotion", "emocion", "emotions", "emociones", *_ANY),
}  # fmt: skip
_SAME: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "sentiment": (
        ("positive", "p", "pos", "positivo", "positiva", "good", "bueno", "+", "1", "+1"),
        ("negative", "n", "neg", "negativo", "negativa", "bad", "malo", "-", "-1"),
        ("neutral", "neu", "neutro", "neutra", "none", "mixed", "0"),
    ),
    "emotion": (
        ("joy", "alegria", "felicidad", "happiness", "happy"),
        ("anger", "ira", "enfado", "enojo", "rabia", "angry"),
        ("sadness", "tristeza", "sad"),
        ("fear", "miedo"),
        ("disgust", "asco", "repulsion", "disgusto"),
        ("surprise", "sorpresa"),
        ("others", "other", "otro", "otra", "otros", "otras", "none", "ninguna", "neutral"),
    ),
}
_LANGUAGES = {"spanish": "es", "espanol": "es", "castellano": "es", "english": "en", "ingles": "en",
              "portuguese": "pt", "portugues": "pt"}  # fmt: skip
_STARS = re.compile(r"([1-5])(?:[.,]0+)?(?: ?(?:stars?|estrellas?))?", re.IGNORECASE)
_AS_FEELING = {"1": "negative", "2": "negative", "3": "neutral", "4": "positive", "5": "positive"}
_COUNTED = {
    frozenset("01"): ("negative", "positive"),
    frozenset("012"): ("negative", "neutral", "positive"),
}  # as data sets of tweets number them
_PARTED_BY = ",;\t|"
MOST_LISTED = 10
_LOOKED_AT = 50  # records, to see what a file is like

Row = dict[str, str | None]


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for a marker
    """Marks a sentence to be translated where it is shown."""
    return text


class UnusableFileError(ValueError):
    """The file cannot be evaluated with. `sentence` says why, with `facts` in its places; as a text it is English."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.sentence, self.facts = sentence, {name: str(fact) for name, fact in facts.items()}
        super().__init__(sentence % self.facts)


@dataclass(frozen=True)
class Labelled:
    """Texts with their labels; `skipped`: rows left out because one of the two is missing."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    skipped: int = 0


def labelled(
    file: Path, task: str, text_column: str = "", label_column: str = "", language: str = "",
    taught: Collection[str] = (),
) -> Labelled:  # fmt: skip
    """A CSV's texts and labels; columns are guessed where they are not named.

    language: keeps the rows whose column `lang` says so. taught: the labels known already, of another file; the column
    is then the one that has them, and labels spelled differently ("Card arrival", "positivo") are given as there.
    Raises UnusableFileError.
    """
    columns, rows = _rows(file)
    text = _text_column(columns, text_column, rows, file)
    others = [name for name in columns if name != text]
    if language:
        rows = _spoken(rows, columns, language, file)
    label = _named(label_column, columns, file) if label_column else _label_column(others, task, rows, taught, file)
    pairs = [((row[text] or "").strip(), (row[label] or "").strip()) for row in rows]
    kept = [(said, each) for said, each in pairs if said and each]
    if not kept:
        wanted = N_("%(file)s has no row with both a text (%(text)s) and a label (%(label)s)")
        raise UnusableFileError(wanted, file=file, text=text, label=label)
    meant = as_taught([each for _said, each in kept], taught, task)
    return Labelled(tuple(said for said, _label in kept), tuple(meant), len(pairs) - len(kept))


def as_taught(labels: Sequence[str], taught: Collection[str], task: str) -> list[str]:
    """The labels, spelled as those taught where they mean the same. Stars 1 to 5 are feelings: 1 and 2 bad, 3 neither,
    4 and 5 good; where nothing is taught yet, only if there are 4 or 5 among them."""
    found = list(labels)
    stars = [_STARS.fullmatch(label) for label in labels] if task == "sentiment" else [None]
    if all(stars) and ({"4", "5"} & {each[1] for each in stars if each} or taught) and not set(found) & set(taught):
        found = [_AS_FEELING[each[1]] for each in stars if each]
    counted = (
        _COUNTED.get(frozenset(found)) if task == "sentiment" and taught and not set(found) & set(taught) else None
    )
    found = [counted[int(each)] for each in found] if counted else found
    known = {_meaning(label, task): label for label in sorted(taught)}
    return [label if label in taught else known.get(_meaning(label, task), label) for label in found]


def _meaning(label: str, task: str) -> str:
    plain = _plain(label).removesuffix(".0")
    return next((names[0] for names in _SAME.get(task, ()) if plain in names), plain)


def _plain(words: str) -> str:
    """Without accents, capitals and what stands between words: "Card_arrival" and "card arrival" are the same."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", words) if not unicodedata.combining(each))
    return re.sub(r"(?<=\w)[\s_\-]+(?=\w)", " ", bare).strip().lower()


def _rows(file: Path) -> tuple[list[str], list[Row]]:
    """A CSV's columns and rows: commas, semicolons, tabs or bars; UTF-8, UTF-16 or as Windows writes.

    Where the first row is not names but a text with its label already, columns are called 1, 2, 3 …
    """
    told = _decoded(file)
    if not told.strip():
        raise UnusableFileError(N_("%(file)s is empty"), file=file)
    records = _records(told, file)
    head, rest = [name.strip() for name in records[0]], records[1:]
    names = {_plain(name) for name in head}
    usual = {*TEXTS, *(name for each in LABELS.values() for name in each)}
    if len(head) > 1 and not names & usual and any(len(name.split()) > 3 for name in head):
        head, rest = [str(place + 1) for place in range(len(head))], records
    if not rest:
        raise UnusableFileError(N_("%(file)s has no rows"), file=file)
    columns = [name for name in head if name]
    return columns, [dict(zip(head, [*record, *[None] * len(head)], strict=False)) for record in rest]


def _decoded(file: Path) -> str:
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise UnusableFileError(N_("there is no file %(file)s"), file=file) from None
    except IsADirectoryError:
        raise UnusableFileError(N_("%(file)s is a folder, not a file"), file=file) from None
    except OSError as problem:
        raise UnusableFileError(N_("%(file)s cannot be read (%(why)s)"), file=file, why=problem.strerror) from None
    try:
        told = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        told = data.decode("cp1252", errors="replace")
    if "\0" in told or data[:4] == b"PAR1":
        raise UnusableFileError(N_("%(file)s is not a CSV file"), file=file)
    return told


def _records(told: str, file: Path) -> list[list[str]]:
    """Parted as most of its first records have equally many cells."""
    try:
        found = {parted: _parted(told, parted) for parted in _PARTED_BY}
    except csv.Error as problem:
        raise UnusableFileError(N_("%(file)s cannot be read (%(why)s)"), file=file, why=problem) from None

    def even(records: Sequence[Sequence[str]]) -> tuple[bool, float, int]:
        cells = [len(record) for record in records[:_LOOKED_AT]]
        return cells[0] > 1, sum(count == cells[0] for count in cells) / len(cells), cells[0]

    return max(found.values(), key=even)


def _parted(told: str, parted: str) -> list[list[str]]:
    records = [record for record in csv.reader(io.StringIO(told, newline=""), delimiter=parted) if any(record)]
    if parted == "\t" and any("\n" in cell and "\t" in cell for record in records for cell in record):
        lines = csv.reader(io.StringIO(told, newline=""), delimiter=parted, quoting=csv.QUOTE_NONE)
        return [record for record in lines if any(record)]  # a quotation mark in a tweet quotes nothing
    return records


def _text_column(columns: Sequence[str], wanted: str, rows: Sequence[Row], file: Path) -> str:
    """By its name; among several of that kind ("review_id", "review_comment"), or none, the one with most words."""
    if wanted:
        return _named(wanted, columns, file)
    plain = {_plain(name): name for name in reversed(columns)}
    exact = next((plain[name] for name in TEXTS if name in plain), "")
    if exact:
        return exact
    like = [name for name in columns if any(each in _plain(name) for each in TEXTS)]
    wordy = {name: _words(row[name] for row in rows[:_LOOKED_AT]) for name in like or columns}
    found = max(wordy, key=wordy.__getitem__, default="")
    if not found or (not like and wordy[found] < 3):
        asked = N_("which column of %(file)s holds the texts? It has: %(columns)s")
        raise UnusableFileError(asked, file=file, columns=listed(columns))
    return found


def _words(cells: Iterable[str | None]) -> float:
    counts = [len(cell.split()) for cell in cells if cell]
    return sum(counts) / len(counts) if counts else 0.0


def _label_column(columns: Sequence[str], task: str, rows: Sequence[Row], taught: Collection[str], file: Path) -> str:
    """By its name, or the only one there is; of several, one that has labels taught already."""
    plain = {_plain(name): name for name in reversed(columns)}
    usual = [plain[name] for name in LABELS[task] if name in plain]
    usual += [name for name in columns if name not in usual and any(each in _plain(name) for each in LABELS[task])]
    guesses = usual or (list(columns) if len(columns) == 1 else [])
    if taught:
        among = sorted(usual or columns, key=lambda name: -_shared(rows, name, taught, task))
        guesses = among[:1] if among and _shared(rows, among[0], taught, task) else guesses
    elif not guesses and all(name.isdigit() for name in columns):
        guesses = [min(columns, key=lambda name: len({row[name] for row in rows}))]  # no names: the most repetitive
    if not guesses:
        asked = N_("which column of %(file)s holds the labels? It has: %(columns)s")
        raise UnusableFileError(asked, file=file, columns=listed(columns))
    return guesses[0]


def _shared(rows: Sequence[Row], column: str, taught: Collection[str], task: str) -> float:
    """The share of a column's rows whose labels are taught."""
    cells = [(row[column] or "").strip() for row in rows]
    return sum(each in taught for each in as_taught(cells, taught, task)) / max(1, len(cells))


def _named(wanted: str, columns: Sequence[str], file: Path) -> str:
    if wanted not in columns:
        missing = N_("%(file)s has no column “%(wanted)s”; it has: %(columns)s")
        raise UnusableFileError(missing, file=file, wanted=wanted, columns=listed(columns))
    return wanted


def _spoken(rows: Sequence[Row], columns: Sequence[str], language: str, file: Path) -> list[Row]:
    """The rows in a language; all of them where no column says which."""
    column = next((name for name in columns if _plain(name) in ("lang", "language", "idioma", "lengua")), "")
    found = [row for row in rows if not column or _tongue(row[column] or "") == _tongue(language)]
    if not found:
        others = sorted({each for row in rows if (each := row[column])})
        missing = N_("%(file)s has no row in “%(language)s”; its languages are: %(languages)s")
        raise UnusableFileError(missing, file=file, language=language, languages=listed(others))
    return found


def listed(names: Sequence[str]) -> str:
    """The first of them, parted by commas."""
    return ", ".join(names[:MOST_LISTED]) + (", …" if len(names) > MOST_LISTED else "")


def _tongue(named: str) -> str:
    return _LANGUAGES.get(_plain(named), _plain(named)[:2])
