"""What a statement is about, by the words for it in Spanish, English and Portuguese.

A topic is a list of word beginnings; a statement may be about several. What no list knows may still be told by a
classifier of examples (`heads.topics`).
"""

import re

TOPICS = (
    "delivery", "price", "staff", "app", "quality", "billing", "refund", "wait", "store", "stock", "security",
    "information",
)  # fmt: skip

_WORDS = {
    "delivery": "entreg env[ií]o env[ií]os enviar env[ií]an enviado enviaron repart mensajer paquete paqueter "
    "transport correios frete delivery deliver ship parcel package courier driver dispatch atras[oa]d retras lleg "
    "chegou chegar arrive carrier prazo plazo",
    "price": "precio caro cara caros caras car[ií]sim barat oferta descuento rebaja pre[çc]o desconto price pricey "
    "expensive cheap discount overpriced value fee fees tarifa comisi[oó]n",
    "staff": "atenci[oó]n atendi[oeóm] atienden atendieron trato amable amabilidad dependient empleado personal agente "
    "operador[ae]? operari teleoperador comercial asesor atendimento atencios educad staff agent employee rude polite "
    "friendly helpful representative assistant advisor service attention mal[ae]ducad",
    "app": "app apps aplicaci[oó]n aplicativo web p[aá]gina website site sitio login pantalla bot[oó]n screen crash "
    "online internet chatbot navega firmware software",
    "quality": "calidad roto rota rotos rotas rompi[oó] defect estropead funciona material tela talla tama[ñn]o "
    "producto qualidade quebr produto quality broke broken faulty defective fabric works? materials? product durable",
    "billing": "factur cobr cargo cargos pago pagar pagos tarjeta recibo fatura boleto nota\\s+fiscal cart[aã]o bill "
    "billed billing invoice charge charged payment paid card",
    "refund": "devol reembols cambio cambiar troc estorn refund return money\\s+back exchange",
    "wait": "espera(?!b) esperar esperando esper[eé] cola colas fila tard[aoó] tardan tardaron tardanza lent[oa] "
    "aguard demor wait waiting waited queue hold slow delay",
    "store": "tienda tiendas sucursal oficina local establecimiento loja lojas store shop branch probador",
    "stock": "stock agotad disponib existencias estoque esgotad availab sold\\s+out out\\s+of\\s+stock",
    "security": "contrase[ñn]a senha fraude estafa robo robad hacke seguridad phishing "
    "bloque\\w+\\s+(?:la\\s+|mi\\s+|el\\s+|nuestra\\s+)?(?:cuenta|tarjeta|acceso|usuari) "
    "(?:cuenta|tarjeta|acceso)\\s+(?:est[aá]\\s+|sigue\\s+)?bloquead "
    "password fraud scam stolen security hacked locked identity\\s+theft clon",
    "information": "informaci[oó]n informad informan informaron explic avis[oó] avisar avisaron comunicaci[oó]n "
    "instruccion informa[çc] aviso information informed explain "
    "(?<!app\\s)(?<!firmware\\s)(?<!software\\s)update instructions communication notice",
}
_PATTERNS = {
    topic: re.compile(rf"\b(?:{'|'.join(words.split())})\w{{0,6}}\b", re.IGNORECASE) for topic, words in _WORDS.items()
}


def named(clause: str) -> list[str]:
    """The topics whose words stand in the statement, in TOPICS' order."""
    return [topic for topic in TOPICS if _PATTERNS[topic].search(clause)]
