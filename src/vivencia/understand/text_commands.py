"""`vivencia text`: read a text, and measure how well the models read."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.utils.translation import gettext as _

from vivencia.understand import emerging, emerging_noticed, emerging_words, readings
from vivencia.understand.text import evaluation
from vivencia.understand.text.emerging.series import DAYS, Grain
from vivencia.understand.text.labelled import N_, Labelled, UnusableFileError, labelled


@click.group()
def text() -> None:
    """What texts say, and how well it is read."""


@text.command()
@click.argument("words")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def read(words: str, as_json: bool) -> None:
    """Language, feeling, emotion, intent and topics of WORDS; personal data masked."""
    found = readings.read_now(words)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    said = readings.told(found)
    click.echo("\n".join(f"{label}: {value}" for label, value in said))


@text.command()
@click.option("--task", type=click.Choice(evaluation.TASKS), required=True)
@click.option(
    "--train",
    "learn",
    type=click.Path(path_type=Path),
    help="Labelled CSV to learn from; without it, sentiment and emotion are asked of the models in use.",
)
@click.option("--test", "ask", type=click.Path(path_type=Path), required=True, help="Labelled CSV to ask about.")
@click.option("--text-column", default="", help="Where the texts are; guessed where it is not said.")
@click.option("--label-column", default="", help="Where the labels are; guessed where it is not said.")
@click.option("--language", default="", help="Only rows whose column `lang` says this, such as es.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def evaluate(
    task: str, learn: Path | None, ask: Path, text_column: str, label_column: str, language: str, as_json: bool
) -> None:
    """Learn from one labelled file, and measure on another how often that is right. Nothing is kept."""
    columns = (text_column, label_column, language)
    try:
        found = _learned_and_asked(task, learn, ask, columns) if learn else _asked(task, ask, columns)
    except UnusableFileError as problem:
        raise click.UsageError(_(problem.sentence) % problem.facts) from None
    said = {name: _plain(value) for name, value in asdict(found).items()}
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo("\n".join(f"{_measures()[name]}: {_in_words(value)}" for name, value in said.items() if _tells(value)))


def _measures() -> dict[str, str]:
    """What the numbers of an evaluation are called, beside the names that `--json` has them by."""
    return {
        "task": _("Task"),
        "trained_on": _("Texts learned from"),
        "asked": _("Texts asked about"),
        "labels": _("Labels"),
        "accuracy": _("Read rightly (accuracy)"),
        "macro_f1": _("Mean of the labels' F1 (macro_f1)"),
        "texts_per_second": _("Texts a second"),
        "texts_per_processor_second": _("Texts a second of one core's work"),
        "training_seconds": _("Seconds of learning"),
        "encoders": _("Encoders"),
        "mixture": _("Weights of the views"),
        "skipped": _("Rows without a text or a label"),
        "never_taught": _("Texts whose label was never taught"),
        "auroc": _("Known told from unknown (auroc)"),
        "oos_recall": _("Unknown ones found where one in twenty of the known is rejected (oos_recall)"),
        "in_scope_accuracy_kept": _("Read rightly of the known that are kept (in_scope_accuracy_kept)"),
        "oos_recall_own": _("Unknown ones found by the threshold learned (oos_recall_own)"),
        "rejected_own": _("Known ones it rejects (rejected_own)"),
    }


def _tells(value: Any) -> bool:
    return value is not None and value not in ({}, ())


def _in_words(value: Any) -> str:
    match value:
        case dict():
            return ", ".join(f"{name} {share}" for name, share in value.items())
        case tuple() | list():
            return ", ".join(map(str, value))
    return str(value)


def _learned_and_asked(task: str, learn: Path, ask: Path, columns: tuple[str, str, str]) -> evaluation.Evaluation:
    taught = _labelled(learn, task, columns)
    asked = _labelled(ask, task, columns, frozenset(taught.labels))
    return evaluation.evaluate(task, taught, asked, readings.models_folder())


def _asked(task: str, ask: Path, columns: tuple[str, str, str]) -> evaluation.Evaluation:
    if task not in ("sentiment", "emotion"):
        raise UnusableFileError(N_("--train is needed: only feelings and emotions are read without being taught"))
    reader = readings.reader()
    known = evaluation.FEELINGS if task == "sentiment" else reader.heads.emotion.labels
    return evaluation.as_read(task, _labelled(ask, task, columns, frozenset(known)), reader)


def _labelled(file: Path, task: str, columns: tuple[str, str, str], taught: frozenset[str] = frozenset()) -> Labelled:
    text, label, language = columns
    return labelled(file, task, text, label, language, taught)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


@text.command(name="models")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def models_(as_json: bool) -> None:
    """Which encoders work here, why others do not, and how many texts are still to be read."""
    state = readings.state()
    if as_json:
        click.echo(json.dumps(state, ensure_ascii=False))
        return
    click.echo(_("Encoders: %s") % (", ".join(state["encoders"]) or _("none")))
    for name, why in state["missing"].items():
        click.echo(_("Missing: %(name)s, %(why)s") % {"name": name, "why": why})
    click.echo(_("Texts read: %(read)d; to be read: %(waiting)d") % state)


@text.command(name="emerging")
@click.option("--by", type=click.Choice(emerging.GRAINS), default="week", help="How long a period is.")
@click.option("--json", "as_json", is_flag=True, help="Print everything that is watched as JSON.")
def emerging_(by: Grain, as_json: bool) -> None:
    """What customers are suddenly talking about, looked at now."""
    told = emerging.look()
    emerging_noticed.keep_up(told)
    if told is None:
        raise click.ClickException(_("no encoder works here; see `vivencia text models`"))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    risen = [one for one in told[by]["subjects"] if one["alarm"] and not one["within"]]
    among = emerging_noticed.open_ones()
    for one in risen:
        days = one["window"] * DAYS[by]
        counted = f"{emerging_words.voices(one['observed'], days)}, {emerging_words.expected(one['usual'])}"
        began = _("since %(since)s") % {"since": one["since"]}
        noticed = emerging_noticed.marked(one, among)
        said = f" [{noticed.get_state_display()}]" if noticed else ""
        click.echo(f"{emerging_words.news(one)} ({emerging_words.kind(one)}): {counted}, {began}{said}")
    if not risen:
        click.echo(_("Nothing rose beyond the usual (%(texts)d voices, %(themes)d themes)") % told)
