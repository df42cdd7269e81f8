"""What customers of the demonstration write: sentences put together from what really happened to them.

Slots: `{p}` the product with its article, `{P}` the same at the start of a sentence, `{o}` the Spanish ending that
agrees with it, `{d}` how many days late. A comment has a beginning that fits the score, what happened, sometimes more.
"""

from dataclasses import dataclass

import numpy as np

from vivencia.listen.demo.company import Product

Sentences = dict[str, tuple[str, ...]]

_OPENING_ES: Sentences = {
    "happy": (
        "Todo perfecto.",
        "Muy content{me} con la compra.",
        "Una compra redonda.",
        "Encantad{me} con {p}.",
        "Repetiré seguro.",
        "Da gusto comprar así.",
        "Sin pegas.",
        "{P} es justo lo que buscaba.",
        "De diez.",
    ),
    "fine": (
        "Bien en general.",
        "Correcto, sin más.",
        "{P} está bien.",
        "No ha estado mal.",
        "Ni fu ni fa.",
        "Cumple, pero se puede mejorar.",
        "Aceptable.",
        "Esperaba un poco más.",
    ),
    "unhappy": (
        "Muy mala experiencia.",
        "Una decepción.",
        "No vuelvo a comprar aquí.",
        "Bastante descontent{me}.",
        "Así no se trata a un cliente.",
        "Me esperaba otra cosa de esta tienda.",
        "Mal.",
        "Qué desastre de pedido.",
    ),
}
_OPENING_EN: Sentences = {
    "happy": (
        "Everything went perfectly.",
        "Very happy with {p}.",
        "Lovely from start to finish.",
        "Could not fault it.",
        "Will buy again.",
        "{P} is exactly what I was after.",
        "A pleasure to deal with.",
        "Spot on.",
    ),
    "fine": (
        "All right overall.",
        "{P} is fine.",
        "Nothing special.",
        "It did the job.",
        "Not bad, could be better.",
        "Okay, I suppose.",
        "I expected a little more.",
    ),
    "unhappy": (
        "Very poor experience.",
        "Disappointing.",
        "I will not order here again.",
        "This is no way to treat people.",
        "Not what I expect from this shop.",
        "What a mess of an order.",
        "Really unhappy with how this went.",
    ),
}

# what happened -> how somebody who was hurt tells it
_HURT_ES: Sentences = {
    "late": (
        "Me prometieron un día y llegó {d} tarde.",
        "El pedido llegó con {d} de retraso y nadie supo explicarme por qué.",
        "{d_cap} de retraso, y yo pidiendo horas en el trabajo para estar en casa.",
        "Si dicen una fecha, que la cumplan: se pasaron {d}.",
        "Esperé en casa para nada; {p} vino {d} después.",
        "La entrega se retrasó {d} sobre lo prometido.",
        "Compré {p} con tiempo y aun así llegó {d} tarde.",
    ),
    "stock_out": (
        "Después de pagar me dijeron que parte del pedido no estaba en el almacén.",
        "¿Por qué venden lo que no tienen? Me avisaron de la falta al día siguiente.",
        "Faltaba parte del pedido porque, según ellos, ya no quedaban existencias.",
        "La web decía que había existencias y no era verdad.",
        "Me dejaron el pedido a medias por falta de existencias.",
    ),
    "transferred": (
        "Para colmo me pasaron de una persona a otra y tuve que contarlo todo dos veces.",
        "En atención al cliente me fueron pasando de mano en mano.",
        "Pedí ayuda y me transfirieron a otro departamento que no sabía nada de mi caso.",
        "Tuve que repetir mi problema desde el principio porque me pasaron con otra persona.",
    ),
    "refund_late": (
        "Devolví {p} y el dinero tardó mucho más de lo que dijeron.",
        "La devolución fue fácil, pero el reembolso llegó fuera de plazo y tuve que reclamarlo.",
        "Para cobrar corren; para devolver el dinero, no tanto.",
        "Prometieron el reembolso en siete días y no cumplieron.",
    ),
    "other": (
        "{P} no se parece mucho a la foto.",
        "El embalaje venía golpeado.",
        "Por ese precio esperaba mejor calidad.",
        "Las instrucciones no hay quien las entienda.",
        "Los gastos de envío me parecen caros.",
        "Me costó encontrar lo que buscaba en la web.",
    ),
}
_HURT_EN: Sentences = {
    "late": (
        "I was promised a day and it came {d} late.",
        "The order arrived {d} late and nobody could tell me why.",
        "I took time off to be at home, and {p} came {d} after that.",
        "If you give a date, keep it: it was {d} over.",
        "Delivery was {d} later than promised.",
    ),
    "stock_out": (
        "After I had paid they told me part of the order was not in stock.",
        "Why sell what you do not have? I only heard the day after.",
        "The website said it was in stock and that was not true.",
        "Half of my order never came because it had run out.",
    ),
    "transferred": (
        "On top of that I was passed from one person to another and had to explain it all twice.",
        "Customer service kept handing me on to somebody else.",
        "I was transferred to a department that knew nothing about my case.",
    ),
    "refund_late": (
        "I sent {p} back and the money took far longer than they said.",
        "Returning it was easy, but the refund was late and I had to chase it.",
        "They promised the refund in seven days and did not keep to it.",
    ),
    "other": (
        "{P} does not look much like the picture.",
        "The packaging was damaged.",
        "At that price I expected better quality.",
        "The instructions make no sense.",
        "Delivery costs too much.",
        "It was hard to find what I wanted on the website.",
    ),
}

# what happened -> how somebody who liked it, or forgave it, tells it
_LIKED_ES: Sentences = {
    "late": (
        "Llegó {d} tarde, pero mereció la pena esperar.",
        "Se retrasó {d}; por lo demás, muy bien.",
        "Solo una cosa: la entrega vino con {d} de retraso.",
    ),
    "stock_out": (
        "Faltó una cosa del pedido, pero lo solucionaron.",
        "Parte del pedido estaba agotada; una pena, porque el resto está muy bien.",
    ),
    "transferred": (
        "Me pasaron con otra persona, pero al final me lo resolvieron.",
        "Tuve que hablar con dos personas, aunque fueron amables.",
    ),
    "refund_late": ("El reembolso tardó más de lo dicho, aunque llegó.",),
    "notice": (
        "Me avisaron de cuándo llegaba sin que yo preguntara.",
        "Me gustó recibir el aviso de la entrega el día antes.",
        "Se agradece que avisen de cómo va el pedido.",
        "El aviso de la entrega me permitió organizarme.",
    ),
    "advice": (
        "En la tienda me aconsejaron muy bien antes de decidir.",
        "La persona que me atendió en la tienda sabía muchísimo y acertó de lleno.",
        "Fui con dudas y salí con la respuesta: el consejo en la tienda es lo mejor que tienen.",
        "Gracias al consejo de la tienda elegí bien.",
    ),
    "guide": (
        "La guía de cuidados me ha venido genial.",
        "Con la guía que mandan he aprendido a cuidarl{o}.",
        "La guía está muy bien explicada; ahora sé cómo sacarle partido.",
    ),
    "other": (
        "Llegó muy bien embalad{o}.",
        "La calidad es mejor de lo que esperaba.",
        "El repartidor, muy amable.",
        "Buena relación calidad-precio.",
        "{P} queda precios{o} en casa.",
        "Pedirlo fue muy sencillo.",
        "Ya he comprado otras veces y nunca fallan.",
    ),
}
_LIKED_EN: Sentences = {
    "late": ("It came {d} late, but it was worth the wait.", "The only thing: delivery was {d} late."),
    "stock_out": (
        "One item was missing, but they sorted it out.",
        "Part of it was sold out, a pity, because the rest is great.",
    ),
    "transferred": (
        "I was passed to somebody else, but they solved it in the end.",
        "I had to talk to two people, both kind.",
    ),
    "refund_late": ("The refund took longer than they said, but it came.",),
    "notice": (
        "They told me when it would arrive without my asking.",
        "I liked getting the delivery notice the day before.",
        "Good to be kept posted about the order.",
    ),
    "advice": (
        "The advice I got in the store was excellent.",
        "The person in the store really knew their subject.",
        "I went in unsure and came out with the right thing, thanks to the advice.",
    ),
    "guide": (
        "The care guide is really useful.",
        "I learnt how to look after it from the guide.",
        "The guide is clear and taught me a lot.",
    ),
    "other": (
        "Very well packed.",
        "The quality is better than I expected.",
        "The driver was very kind.",
        "Good value for money.",
        "{P} looks beautiful at home.",
        "Ordering was easy.",
        "Not my first order, and they never let me down.",
    ),
}
_CLOSING_ES: Sentences = {
    "happy": ("Gracias.", "Seguid así.", "Un saludo al equipo.", "Muy recomendable."),
    "fine": ("A ver la próxima.", "Seguro que puede mejorar.", "Gracias de todos modos."),
    "unhappy": ("Espero una respuesta.", "Que alguien lo lea, por favor.", "Así se pierden clientes.", "Una pena."),
}
_CLOSING_EN: Sentences = {
    "happy": ("Thank you.", "Keep it up.", "Thanks to the team.", "Recommended."),
    "fine": ("Let us see next time.", "Thanks anyway."),
    "unhappy": ("I hope somebody reads this.", "I would like an answer.", "This is how you lose customers."),
}
_ASKED_ES: Sentences = {
    "assembly": (
        "¿Cómo se monta {p}?",
        "Falta un tornillo en el paquete de {p}.",
        "No entiendo el plano de montaje de {p}.",
    ),
    "late": (
        "¿Dónde está mi pedido? Tenía que haber llegado ya.",
        "Mi pedido no llega y la fecha prometida ha pasado.",
        "Llevo esperando {p} y no tengo noticias.",
        "Quería saber cuándo me entregan {p}, que viene con retraso.",
    ),
    "stock_out": (
        "Me dicen que falta parte del pedido. ¿Qué hago ahora?",
        "¿Cuándo reponen lo que faltaba de mi pedido?",
    ),
    "other": (
        "Necesito la factura del pedido.",
        "¿Puedo cambiar la dirección de entrega?",
        "¿Cada cuánto hay que hacerle mantenimiento?",
        "Quisiera saber el plazo de la garantía de {p}.",
    ),
}
_ASKED_EN: Sentences = {
    "assembly": (
        "How do I put {p} together?",
        "A screw is missing from the box.",
        "The assembly plan is not clear to me.",
    ),
    "late": ("Where is my order? It should be here by now.", "The promised day has gone and {p} has not come."),
    "stock_out": (
        "I hear part of my order is missing. What happens now?",
        "When will the missing part be back in stock?",
    ),
    "other": (
        "I need an invoice for my order.",
        "Can I change the delivery address?",
        "What does the guarantee cover?",
    ),
}
_WORK_ES: Sentences = {
    "happy": ("Buen equipo y buen ambiente.", "Me siento escuchado.", "Se aprende mucho aquí."),
    "fine": ("Bien, aunque en campaña faltan manos.", "El turno de tarde se hace largo."),
    "unhappy": (
        "Pasamos el día pidiendo perdón por retrasos que no dependen de nosotros.",
        "No puedo resolver nada sin pedir permiso a otro departamento.",
        "Falta gente en campaña y se nota.",
        "Los programas van lentos y el cliente espera.",
    ),
}


@dataclass(frozen=True)
class Story:
    """What one person can write about."""

    english: bool
    female: bool
    product: Product
    mood: str  # happy, fine or unhappy
    happened: tuple[str, ...]  # planted keys, the most telling first
    late_days: int


def mood_of(score: float, scale_max: float) -> str:
    """How an answer feels: the top fifth of its scale is happy, the lower half unhappy."""
    share = score / scale_max
    return "happy" if share >= 0.8 else "fine" if share > 0.5 else "unhappy"


def comment(story: Story, dice: np.random.Generator) -> str:
    """One comment on an order, in the customer's language."""
    opening, hurt, liked, closing = (
        (_OPENING_EN, _HURT_EN, _LIKED_EN, _CLOSING_EN)
        if story.english
        else (_OPENING_ES, _HURT_ES, _LIKED_ES, _CLOSING_ES)
    )
    told = hurt if story.mood == "unhappy" else liked
    topics = [topic for topic in story.happened if topic in told][: 1 + int(dice.random() < 0.5)] or ["other"]
    sentences = [_one(told[topic], dice) for topic in topics]
    if dice.random() < 0.65:
        sentences.insert(0, _one(opening[story.mood], dice))
    if story.mood == "happy" and topics != ["other"] and dice.random() < 0.3:
        sentences.append(_one(liked["other"], dice))
    if dice.random() < 0.2:
        sentences.append(_one(closing[story.mood], dice))
    return " ".join(_fill(sentence, story) for sentence in sentences)


def question(story: Story, dice: np.random.Generator) -> str:
    """What somebody asks the contact centre."""
    asked = _ASKED_EN if story.english else _ASKED_ES
    usual = "assembly" if story.product.category in ("furniture", "lighting") else "other"
    topic = next((topic for topic in story.happened if topic in asked), usual)
    return _fill(_one(asked[topic], dice), story)


def at_work(mood: str, dice: np.random.Generator) -> str:
    """What an employee writes beside the eNPS answer."""
    return _one(_WORK_ES[mood], dice)


def _one(sentences: tuple[str, ...], dice: np.random.Generator) -> str:
    return sentences[int(dice.integers(len(sentences)))]


def _days(days: int, english: bool) -> str:
    if english:
        return "a day" if days <= 1 else f"{days} days"
    return "un día" if days <= 1 else f"{days} días"


def _fill(sentence: str, story: Story) -> str:
    product = story.product.english if story.english else story.product.spanish
    days = _days(story.late_days, story.english)
    told = sentence.format(
        p=product,
        P=product[0].upper() + product[1:],
        o="a" if story.product.feminine else "o",
        me="a" if story.female else "o",
        d=days,
        d_cap=days[0].upper() + days[1:],
    )
    return told if story.english else told.replace(" de el ", " del ").replace(" a el ", " al ")
