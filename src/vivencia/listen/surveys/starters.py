"""Surveys to begin with, whole in Spanish and English: each asks one thing well, and says what happens next."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vivencia.listen.surveys.questionnaire import Option, Question, Questionnaire, ShowIf

Text = str | Promise


@dataclass(frozen=True)
class Starter:
    """`what`: when to use it, for who chooses among them."""

    key: str
    name: Text
    what: Text
    questionnaire: Questionnaire
    touchpoint: str = ""
    of_employees: bool = False
    icon: str = "clipboard-text"


def _t(es: str, en: str) -> dict[str, str]:
    return {"es": es, "en": en}


def _made(title: dict[str, str], thanks: dict[str, str], *questions: Question, display: str = "one") -> Questionnaire:
    return Questionnaire(("es", "en"), title, questions, thanks=thanks, display=display)


_READ = _t(
    "Una persona de nuestro equipo lee cada respuesta. Si algo salió mal y nos diste permiso, te escribiremos.",
    "Somebody on our team reads every answer. If something went wrong and you allowed it, we will write to you.",
)
_MAY_WE = Question(
    "contact",
    "consent",
    _t("¿Podemos escribirte sobre lo que nos cuentas?", "May we write to you about what you told us?"),
    purpose="service",
    show_if=(ShowIf("why", "answered"),),
)


def _why(key: str, about: str, es: str, en: str, *show_if: ShowIf) -> Question:
    return Question(key, "text", _t(es, en), about=about, show_if=show_if)


NPS = Starter(
    "nps",
    _("Recommendation after a purchase (NPS)"),
    _("Would they recommend us, and why? Best some days after the goods have arrived."),
    _made(
        _t("Tu compra", "Your purchase"),
        _READ,
        Question(
            "nps",
            "nps",
            _t(
                "¿Recomendarías {company|nuestra empresa} a una persona de tu entorno?",
                "How likely are you to recommend {company|us} to a friend or colleague?",
            ),
            required=True,
            low=_t("En ningún caso", "Not at all likely"),
            high=_t("Con toda seguridad", "Extremely likely"),
        ),
        Question(
            "why",
            "text",
            _t(
                "Nos has puesto un {answer.nps}. ¿Cuál es el motivo principal?",
                "You gave us {answer.nps}. What is the main reason?",
            ),
            about="nps",
        ),
        Question(
            "better",
            "choice",
            _t("¿Qué tendríamos que haber hecho mejor?", "What should we have done better?"),
            options=(
                Option("delivery", _t("La entrega", "Delivery")),
                Option("product", _t("El producto", "The product")),
                Option("price", _t("El precio", "The price")),
                Option("service", _t("La atención", "Service")),
                Option("web", _t("La web o la app", "The website or app")),
            ),
            multiple=True,
            other=True,
            show_if=(ShowIf("nps", "at most", "6"),),
        ),
        _MAY_WE,
    ),
    touchpoint="purchase",
    icon="star",
)

CSAT = Starter(
    "csat",
    _("Satisfaction after a contact (CSAT)"),
    _("How satisfied are they with the help they got? Best within a day of the contact."),
    _made(
        _t("Tu consulta", "Your enquiry"),
        _READ,
        Question(
            "csat",
            "csat",
            _t("¿Cómo de satisfecho estás con la ayuda recibida?", "How satisfied are you with the help you received?"),
            required=True,
            low=_t("Nada satisfecho", "Very dissatisfied"),
            high=_t("Muy satisfecho", "Very satisfied"),
        ),
        Question(
            "solved",
            "yes_no",
            _t("¿Ha quedado resuelto lo que necesitabas?", "Is what you needed solved?"),
            scored=True,
        ),
        _why("why", "csat", "¿Qué ha ido bien o mal?", "What went well, or wrong?"),
        _MAY_WE,
    ),
    touchpoint="contact",
    icon="message-circle",
)

CES = Starter(
    "ces",
    _("Effort after a task (CES)"),
    _("How easy did we make it? Best right after a task is done: a return, a registration, a payment."),
    _made(
        _t("Tu gestión", "What you came to do"),
        _READ,
        Question(
            "ces",
            "ces",
            _t(
                "¿Hasta qué punto estás de acuerdo? «{company|La empresa} me lo puso fácil».",
                "How far do you agree? “{company|The company} made it easy for me.”",
            ),
            required=True,
            low=_t("Nada de acuerdo", "Strongly disagree"),
            high=_t("Totalmente de acuerdo", "Strongly agree"),
        ),
        _why(
            "why", "ces", "¿Qué te costó más de lo necesario?", "What took more effort than it should have?",
            ShowIf("ces", "at most", "4"),
        ),
        _why(
            "well", "ces", "¿Qué te ayudó a hacerlo fácil?", "What made it easy for you?",
            ShowIf("ces", "at least", "5"),
        ),
    ),
    touchpoint="task",
    icon="route",
)  # fmt: skip

ENPS = Starter(
    "enps",
    _("Working here (eNPS)"),
    _("Would employees recommend working here? Never tied to a person; groups under 5 stay hidden."),
    _made(
        _t("Trabajar aquí", "Working here"),
        _t(
            "Gracias por la franqueza. Los resultados se comparten con todo el equipo, junto con lo que va a cambiar.",
            "Thank you for being frank. Results are shared with everybody, together with what is going to change.",
        ),
        Question(
            "enps",
            "enps",
            _t(
                "¿Recomendarías {company|nuestra empresa} como lugar para trabajar?",
                "How likely are you to recommend {company|us} as a place to work?",
            ),
            required=True,
            low=_t("En ningún caso", "Not at all likely"),
            high=_t("Con toda seguridad", "Extremely likely"),
        ),
        _why(
            "stops", "", "¿Qué te impide atender bien a los clientes?", "What stops you from serving customers well?"
        ),
        Question(
            "means",
            "matrix",
            _t("En tu día a día…", "In your daily work…"),
            options=(
                Option("never", _t("Nunca", "Never")),
                Option("rarely", _t("Pocas veces", "Rarely")),
                Option("sometimes", _t("A veces", "Sometimes")),
                Option("often", _t("A menudo", "Often")),
                Option("always", _t("Siempre", "Always")),
            ),
            rows=(
                Option("tools", _t("dispones de las herramientas necesarias", "you have the tools you need")),
                Option("decide", _t("puedes decidir para resolver", "you may decide what solves a problem")),
                Option("heard", _t("se escucha lo que propones", "what you propose is heard")),
            ),
        ),
    ),
    touchpoint="employment",
    of_employees=True,
    icon="users-group",
)  # fmt: skip

FOUND = Starter(
    "found",
    _("Finding what one looks for"),
    _("Did they find it? As a small button on every page of a site, or after a search."),
    _made(
        _t("Tu visita", "Your visit"),
        _t(
            "Gracias. Con estas respuestas decidimos qué páginas arreglar primero.",
            "Thank you. These answers decide which pages we repair first.",
        ),
        Question(
            "found",
            "yes_no",
            _t("¿Has encontrado lo que buscabas?", "Did you find what you were looking for?"),
            required=True,
            scored=True,
        ),
        Question(
            "sought",
            "text",
            _t("¿Qué buscabas?", "What were you looking for?"),
            show_if=(ShowIf("found", "is", "no"),),
        ),
        Question(
            "learned",
            "yes_no",
            _t(
                "¿Has aprendido algo nuevo sobre lo que necesitas?",
                "Did you learn something new about your needs?",
            ),
        ),
    ),
    touchpoint="website",
    icon="search",
)

LIFE = Starter(
    "life",
    _("What is happening in their life"),
    _("What are they trying to achieve, and what worries them? For getting to know people before offering anything."),
    _made(
        _t("Tus planes", "Your plans"),
        _t(
            "Gracias por contárnoslo. Lo usaremos para ayudarte con tu objetivo, no para venderte más.",
            "Thank you for telling us. We will use it to help with your goal, not to sell you more.",
        ),
        Question(
            "goal",
            "text",
            _t("¿Qué quieres conseguir en los próximos meses?", "What do you want to achieve in the coming months?"),
            required=True,
            hint=_t("Con tus palabras; no hay respuestas correctas.", "In your own words; there are no right answers."),
        ),
        Question(
            "change",
            "choice",
            _t("¿Ha cambiado algo en tu vida hace poco?", "Has something in your life changed lately?"),
            options=(
                Option("home", _t("Una mudanza", "A new home")),
                Option("family", _t("La familia", "The family")),
                Option("work", _t("El trabajo", "Work")),
                Option("health", _t("La salud", "Health")),
                Option("nothing", _t("Nada en especial", "Nothing in particular")),
            ),
            multiple=True,
            other=True,
        ),
        Question(
            "matters",
            "ranking",
            _t("¿Qué es lo más importante para ti? Ordénalo.", "What matters most to you? Put it in order."),
            options=(
                Option("time", _t("Ahorrar tiempo", "Saving time")),
                Option("money", _t("Ahorrar dinero", "Saving money")),
                Option("sure", _t("Ir sobre seguro", "Being on the safe side")),
                Option("learn", _t("Aprender a hacerlo", "Learning how to do it")),
            ),
        ),
        Question(
            "learned",
            "yes_no",
            _t(
                "¿Has aprendido algo nuevo sobre lo que necesitas?",
                "Did you learn something new about your needs?",
            ),
        ),
    ),
    touchpoint="relationship",
    icon="bulb",
)

EMPTY = Starter(
    "empty",
    _("An empty survey"),
    _("Begin with nothing but the two languages."),
    Questionnaire(("es", "en"), {}, ()),
    icon="plus",
)

STARTERS: dict[str, Starter] = {one.key: one for one in (NPS, CSAT, CES, ENPS, FOUND, LIFE, EMPTY)}
