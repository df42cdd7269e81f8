"""A plan as a workbook."""

from django.utils.translation import gettext as _

from vivencia.foundation.exporting import Cell, Sheet, as_xlsx
from vivencia.plan.initiatives.models import Initiative, Stream, ValueUnit
from vivencia.plan.roadmap import showing
from vivencia.plan.roadmap.models import Plan
from vivencia.plan.roadmap.plans import dates
from vivencia.plan.roadmap.wording import Words


def workbook(plan: Plan, words: Words) -> bytes:
    """Chosen, left out, what is used, what rules cost, and what it all means."""
    return as_xlsx(
        [_chosen(plan), _left_out(plan, words), _used(plan, words), _prices(plan, words), _about(plan, words)]
    )


def _chosen(plan: Plan) -> Sheet:
    streams = dict(Stream.choices)
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    titles = {key: each["title"] for key, each in content.items()}
    owners = {
        str(one.pk): one.owner.called if one.owner else ""
        for one in Initiative.objects.filter(pk__in=[int(key) for key in plan.starts]).select_related("owner")
    }
    rows = []
    for key in sorted(plan.starts, key=lambda key: (plan.starts[key], content[key]["title"])):
        each = content[key]
        first, last = dates(plan, key, each["duration"])
        value, chance = each["value"], float(each.get("chance", 1.0))
        rows.append(
            (
                each["title"], str(streams.get(each["stream"], "")), owners.get(key, ""), first, last,
                round(value["mean"]), round(value["low"]), round(value["high"]), round(100 * chance),
                round(chance * value["mean"]), round(each["cost_once"]), round(4 * each["cost_a_quarter"]),
                titles.get((each.get("pilot") or {}).get("of", ""), ""),
            )
        )  # fmt: skip
    heads = (
        _("Initiative"), _("Stream"), _("Owner"), _("Starts"), _("Ends"), _("Value a year, if it works"),
        _("at least"), _("at most"), _("Chance that it works (percent)"), _("Expected a year"), _("Cost, once"),
        _("Cost, every year"), _("Pilot of"),
    )  # fmt: skip
    return Sheet(_("Roadmap"), heads, rows)


def _left_out(plan: Plan, words: Words) -> Sheet:
    content = {each["key"]: each for each in plan.problem["initiatives"]}
    rows = [
        (out.title, round(showing.expected(content[out.pk])) if out.pk in content else None, out.why)
        for out in showing.left_out(plan, words)
    ]
    return Sheet(_("Left out"), (_("Initiative"), _("Expected a year"), _("Why")), rows)


def _used(plan: Plan, words: Words) -> Sheet:
    heads = [_("Team")]
    for quarter in words.quarters:
        heads += [_("%(quarter)s: there is") % {"quarter": quarter}, _("%(quarter)s: used") % {"quarter": quarter}]
    rows = []
    for use in plan.report["use"]:
        pairs = [round(amount, 1) for pair in zip(use["there_is"], use["used"], strict=True) for amount in pair]
        rows.append((words.teams.get(use["of"], use["of"]) if use["of"] else _("Money"), *pairs))
    return Sheet(_("Resources"), tuple(heads), rows)


def _prices(plan: Plan, words: Words) -> Sheet:
    rows = [
        (words.price(each), round(each["gain"]), _("yes") if each["exact"] else _("no"))
        for each in plan.report.get("prices", [])
        if round(each["gain"]) > 0
    ]
    return Sheet(_("What rules cost"), (_("Rule eased"), _("would bring"), _("proven")), rows)


def _about(plan: Plan, words: Words) -> Sheet:
    report = plan.report
    rows: list[tuple[str, Cell]] = [
        (_("Expected value"), round(report["value"])),
        (_("Lower end of the range"), round(report["range"]["low"])),
        (_("Upper end of the range"), round(report["range"]["high"])),
        (_("counted in"), words.money.currency if words.unit == ValueUnit.MONEY else str(words.unit.label)),
        (_("How good it is"), words.certified(report)),
        *((_("How values are counted"), told) for told in words.counted(plan)),
        (_("Rules checked"), report["checks"]["rules"]),
        (_("Planned on, UTC"), plan.at),
    ]
    if "prices" in report:
        rows.insert(5, (_("Next best plan"), words.often(report)))
    return Sheet(_("About"), (_("What"), _("Figure")), rows)
