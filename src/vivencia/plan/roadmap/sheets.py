"""A plan as a workbook."""

from django.utils.translation import gettext as _

from vivencia.foundation.exporting import Sheet, as_xlsx
from vivencia.plan.initiatives.models import Initiative, Stream
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
                each["title"], str(streams.get(each["stream"], "")), owners.get(key, ""), first.isoformat(),
                last.isoformat(), value["mean"], value["low"], value["high"], round(100 * chance),
                chance * value["mean"], each["cost_once"], 4 * each["cost_a_quarter"],
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
    rows = [(out.title, out.value, out.why) for out in showing.left_out(plan, words)]
    return Sheet(_("Left out"), (_("Initiative"), _("Value a year"), _("Why")), rows)


def _used(plan: Plan, words: Words) -> Sheet:
    heads = [_("Team")]
    for quarter in words.quarters:
        heads += [_("%(quarter)s: there is") % {"quarter": quarter}, _("%(quarter)s: used") % {"quarter": quarter}]
    rows = []
    for use in plan.report["use"]:
        pairs = [amount for pair in zip(use["there_is"], use["used"], strict=True) for amount in pair]
        rows.append((words.teams.get(use["of"], use["of"]) if use["of"] else _("Money"), *pairs))
    return Sheet(_("Resources"), tuple(heads), rows)


def _prices(plan: Plan, words: Words) -> Sheet:
    rows = [
        (words.price(each), each["gain"], _("yes") if each["exact"] else _("no"))
        for each in plan.report.get("prices", [])
    ]
    return Sheet(_("What rules cost"), (_("Rule eased"), _("would bring"), _("proven")), rows)


def _about(plan: Plan, words: Words) -> Sheet:
    report = plan.report
    rows = [
        (_("Expected value"), words.amount(report["value"])),
        (_("Lower end of the range"), words.amount(report["range"]["low"])),
        (_("Upper end of the range"), words.amount(report["range"]["high"])),
        (_("How good it is"), words.certified(report)),
        *((_("How values are counted"), told) for told in words.counted(plan)),
        (_("Rules checked"), str(report["checks"]["rules"])),
        (_("Planned on"), plan.at.strftime("%Y-%m-%d %H:%M UTC")),
    ]
    return Sheet(_("About"), (_("What"), _("Figure")), rows)
