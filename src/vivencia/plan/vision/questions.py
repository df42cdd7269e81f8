"""The questions a vision is written from, in the order that leads from the customer to the company."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Question:
    """One question: why it is asked, what a weak and a strong answer sound like."""

    key: str
    title: Promise
    asks: Promise
    why: Promise
    weak: Promise
    strong: Promise


QUESTIONS: tuple[Question, ...] = (
    Question(
        "goal",
        _("The customer's own goal"),
        _("What are people trying to achieve in their own lives when they come to us?"),
        _(
            "Nobody wants a drill, or even a hole: they want the shelf up before their mother visits. Who knows the "
            "goal behind the purchase can help; who knows only the purchase can but sell."
        ),
        _("They want quality products at a good price."),
        _("They want dinner with friends to turn out well without spending all Saturday in shops."),
    ),
    Question(
        "vision",
        _("Vision"),
        _("When everything has gone well, what do they say about us to somebody they care for?"),
        _(
            "Write it in their words, as one would say it at a kitchen table. If nobody would ever say the sentence, "
            "it is no vision but an advertisement."
        ),
        _("We are the leading customer-centric company of our sector."),
        _("“They said Thursday and it came on Thursday. And when I was wrong about the size, they sorted it out.”"),
    ),
    Question(
        "mission",
        _("Mission"),
        _("What do we do, every day, so that they can say that?"),
        _("Verbs that somebody can begin with on Monday. What nobody can be seen doing is a wish."),
        _("Exceed expectations through excellence."),
        _("We promise only days we can keep, tell people before they have to ask, and let whoever answers decide."),
    ),
    Question(
        "refusals",
        _("What we will not do"),
        _("What will we not do or say, even where it would sell?"),
        _(
            "Sincerity shows in what it costs. What did we do last year that we would not want a customer to see from "
            "behind the curtain?"
        ),
        _("We always act ethically."),
        _(
            "No “only two left” that is not so. No machine that poses as a person. No cancelling that is harder "
            "than buying."
        ),
    ),
    Question(
        "promises",
        _("Promises"),
        _("What may a customer rely on, and which figure would show that we keep it?"),
        _(
            "A promise is said or understood: a delivery date, “we call you back”, “easy to return”. Link each to a "
            "metric: a promise that nothing can show broken is none. Few are better than many."
        ),
        _("Fast, reliable delivery."),
        _("It comes on the day we said: 95 of 100 times, and otherwise you know before we should have been there."),
    ),
    Question(
        "propositions",
        _("What each persona gets here"),
        _("For each kind of customer: what do we give them that they would miss elsewhere?"),
        _("One sentence each. If the same sentence fits all, either they are one persona or it is about us, not them."),
        _("Families: the widest choice."),
        _("Parents of small children: the whole week's shopping in the time of a nap, with nobody ringing the bell."),
    ),
    Question(
        "voice",
        _("How we speak"),
        _("How do we sound when we mean it, and what do we never say?"),
        _(
            "Two or three words with a sentence we would say and one we would not. It is kept so that "
            "what goes out can be held against it."
        ),
        _("Friendly, professional, close."),
        _("Plain: “We have lost your parcel. A new one leaves today.” Not: “We regret any inconvenience caused.”"),
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}
