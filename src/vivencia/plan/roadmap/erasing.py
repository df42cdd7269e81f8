"""What plans keep of people: titles of initiatives, from which an erased person's ids and addresses go."""

from vivencia.foundation import traces
from vivencia.plan.roadmap.models import Plan

traces.texts(Plan, "problem", "unvalued", "report", "trouble", "name")
