"""Personal data inside what people write: found by shape and checksum, and put out of sight.

E-mail addresses, payment cards (Luhn), bank accounts (IBAN, mod 97), identity numbers (DNI, NIE and NIF by their
control letter, CPF by its control digits; social security, passport, number plate and date of birth where they are
called so, IP addresses), telephone numbers, postal addresses, and names where the words around them leave no doubt
("me llamo …", "Mrs …", a given name with a surname). Spanish, English and the Portuguese of the same shapes.

What merely looks like it (an order number) stays: a checksum or a word before it must speak for it. A name nobody
introduces is not found; whoever must be sure removes names by hand.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import phonenumbers

from vivencia.understand.text.given_names import GIVEN_NAMES


class Kind(StrEnum):
    EMAIL = "email"
    CARD = "card"
    ACCOUNT = "account"
    IDENTITY = "identity"
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True)
class Found:
    """Where personal data stand in a text: text[start:end]."""

    kind: Kind
    start: int
    end: int


PLAIN: Mapping[Kind, str] = MappingProxyType({kind: f"[{kind}]" for kind in Kind})


def mask(text: str, names: Mapping[Kind, str] = PLAIN) -> str:
    """The text with each find replaced by the name of its kind; about ten thousand short texts a second."""
    parts, end = [], 0
    for found in find(text):
        parts += [text[end : found.start], names[found.kind]]
        end = found.end
    return "".join([*parts, text[end:]])


def find(text: str) -> list[Found]:
    """Every find, in order, none overlapping another; of two that do, the surer kind (the earlier in `Kind`)."""
    taken: list[Found] = []
    for look in _looks(text):
        for found in list(look(text)):
            if "\0" not in text[found.start : found.end]:
                taken.append(found)
                text = text[: found.start] + "\0" * (found.end - found.start) + text[found.end :]
    return sorted(taken, key=lambda found: found.start)


def _looks(text: str) -> Iterator[Callable[[str], Iterator[Found]]]:
    """The searches worth making in this text, the surest first."""
    if "@" in text:
        yield _emails
    if any(letter.isdigit() for letter in text):
        yield from (_cards, _accounts, _identities, _papers, _phones, _addresses)
    if text != text.lower():
        yield _names


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+", re.ASCII)
_CARD = re.compile(r"(?<![\w-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-])")
_LONG = {
    "AD": 24, "AT": 20, "BE": 16, "BR": 29, "CH": 21, "CR": 22, "DE": 22, "DK": 18, "DO": 28, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "GT": 28, "IE": 22, "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "SE": 24, "SV": 28,
}  # fmt: skip
_IBAN = re.compile(r"(?<!\w)([A-Za-z]{2})\d{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_DNI = re.compile(r"(?<![\w.-])(\d{1,2}\.?\d{3}\.?\d{3})[ -]?([A-Za-z])(?!\w)")
_NIE = re.compile(r"(?<![\w.-])([XYZKLMxyzklm])[ .-]?(\d{7})[ -]?([A-Za-z])(?!\w)")
_CPF = re.compile(r"(?<![\w.-])(\d{3})\.?(\d{3})\.?(\d{3})-?(\d{2})(?![\w-])")
_NAMED = re.compile(  # what only the words before it tell
    r"\b(?:pasaporte|passport|passaporte)\b\D{0,15}?(?P<passport>[A-Z]{0,3}\d{6,9}[A-Z]?)(?!\w)"
    r"|\b(?:matr[ií]cula|number ?plate|licen[cs]e plate|placa)\b\W{0,3}(?:es |is |é )?(?P<plate>\d{4}[ -]?[A-Z]{3}|[A-Z]{1,3}[ -]?\d{1,4}[ -]?[A-Z]{0,3})(?!\w)"  # noqa: E501
    r"|\b(?:nacid[oa]|fecha de nacimiento|date of birth|born|dob|nascid[oa]|data de nascimento)\b\W{0,3}(?:el |on |em |en |es |is )?(?P<birth>\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2} (?:de )?[a-z]{3,10},? (?:de |del )?\d{4})"  # noqa: E501
    r"|\b(?:cvv|cvc|cvv2|pin)\b\W{0,3}(?:es |is )?(?P<code>\d{3,6})(?!\w)"
    r"|\b(?:sort code)\b\W{0,3}(?P<sort>\d{2}[ -]?\d{2}[ -]?\d{2})(?!\w)"
    r"|\b(?:account|cuenta|conta)(?: (?:number|no|corriente|bancaria))?\b\W{0,3}(?:n[º°]\W?)?(?P<account>\d{8,20})(?!\w)",  # noqa: E501
    re.IGNORECASE,
)
_KEPT_SECRET = ("code", "sort", "account")  # of what `_NAMED` finds, what belongs to a bank
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_NINO = re.compile(r"(?<!\w)[A-CEGHJ-PQR-TW-Z][A-CEGHJ-NPQR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_AFFILIATION = re.compile(r"(?<![\w-])(\d{2})[ /-]?(\d{7,8})[ /-]?(\d{2})(?![\w-])")
_SOCIAL = re.compile(r"(?:seguridad social|\bnuss|\bnaf|\bafiliaci[oó]n)\D{0,15}$", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.]*\d)")
_VERSION = re.compile(r"(?:\bv|versi[oó]n|version|vers[aã]o|release)\W{0,3}$", re.IGNORECASE)
_TELLING = re.compile(r"\b(?:dni|nie|nif|pasaporte|passport|cpf|ssn)\b\D{0,12}$", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w.,:/#-])(?:\+|00)?\(?\d(?:[ ().-]{0,2}\d){6,14}(?![\w/-]|[.,]\d)")
_CALL = re.compile(
    r"(?:tel[eé]fonos?|tel\.?|tfno\.?|m[oó]vil|celular|whats?app|ll[aá]m\w+|phone|call\w*|mobile|cell|telefone|ring|my number|mi n[uú]mero)\b\D{0,25}$",  # noqa: E501
    re.IGNORECASE,
)
_NOT_A_PHONE = re.compile(
    r"(?:c[oó]digo|code|pedidos?|orden|order|ref\w*\.?|referencia|ticket|factura|invoice|n[uú]mero de (?:pedido|env[ií]o|seguimiento)|"  # noqa: E501
    r"tracking|seguimiento|env[ií]o|shipment|case|caso|expediente|protocolo|#)\W{0,6}(?:n[º°o]?\.?\W{0,2}|number\W{0,3}|es\W{1,3}|is\W{1,3})?$",
    re.IGNORECASE,
)
_REGIONS = ("ES", "US", "GB", "BR", "PT", "MX", "AR", "CO", "CL", "FR", "DE", "IT")
_SPELT = re.compile(
    r"^\(?\d{2,4}\)?[ .-]\d{3,5}[ .-]\d{3,4}(?:[ .-]\d{2,4})?$|^\d{3}(?: \d{2}){3}$|^\d{3} \d{3} \d{3}$"
)
_CAPITALISED = r"[A-ZÁÉÍÓÚÜÑÇÂÊÔÃÕ](?:[^\W\d_]|['’-](?=[^\W\d_]))+"
_ROAD_ES = (
    r"(?:[Cc]alle|[Cc]/|[Aa]vda?\.?|[Aa]venida|[Aa]v\.|[Pp]laza|[Pp]za\.?|[Pp]aseo|[Pp]º|[Cc]amino|[Cc]arretera|"
    r"[Cc]tra\.?|[Rr]onda|[Tt]raves[ií]a|[Cc]allej[oó]n|[Gg]lorieta|[Cc]arrer|[Rr][uú]a|[Tt]ravessa|[Aa]lameda)"
)
_ADDRESS_ES = re.compile(
    rf"(?<!\w){_ROAD_ES}\s*(?:(?:de|del|la|las|los|el|da|do|dos|das|d[’'])\s+)*{_CAPITALISED}(?:\s+(?:(?:de|del|la|las|los|y|i|da|do)\s+)*"
    rf"{_CAPITALISED}){{0,4}}\s*,?\s*(?:n[º°úu]m?(?:ero)?\.?\s*)?\d{{1,4}}(?:\s*[A-Za-z](?!\w))?"
    rf"(?:\s*,?\s*(?:(?:piso|puerta|escalera|esc\.?|planta|bajo|[aá]tico|apto\.?|local|portal)\s*)?\d{{0,3}}\s*(?!\d)(?:[ºª°]\s*)?(?:[A-Za-z](?!\w)|izq\w*|dcha\w*)?)?"
    rf"(?:\s*,?\s*\d{{5}}(?:-\d{{3}})?(?:\s+(?:de\s+)?{_CAPITALISED}){{0,3}})?"
)
_ADDRESS_EN = re.compile(
    rf"(?<![\w.,])\d{{1,5}}[A-Za-z]?\s+(?:{_CAPITALISED}\s+){{1,4}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|"
    rf"Court|Ct|Square|Sq|Place|Pl|Close|Crescent|Terrace|Parkway|Pkwy|Way|Row|Hill|Gardens)\b\.?(?:\s(?:[NS][EW]?|[EW])\b)?"
    rf"(?:,?\s+(?:[Aa]pt\.?|[Ff]lat|[Ss]uite|[Uu]nit|#)\s*\w{{1,5}})?(?:,\s*{_CAPITALISED}(?!\w)(?:\s{_CAPITALISED}(?!\w)){{0,2}})?"
    rf"(?:,?\s+(?:[A-Z]{{2}}\s+)?(?:\d{{5}}(?:-\d{{4}})?|[A-Z]{{1,2}}\d[A-Z\d]?\s*\d[A-Z]{{2}}))?"
)
_BOX = re.compile(
    rf"\b(?i:p\.?\s?o\.? box|apartado(?: de correos)?|apdo\.?|caixa postal)\s*(?i:n[º°o]?\.?\s*)?\d{{2,6}}"
    rf"(?:,?\s*{_CAPITALISED}(?!\w)(?:\s{_CAPITALISED}(?!\w)){{0,2}})?(?:,?\s+(?:[A-Z]{{2}}\s+)?\d{{5}}(?:-\d{{4}})?)?"
)
_POSTCODE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b|(?:c\.?\s?p\.?|c[oó]digo postal|cep|zip(?: code)?|postcode)\W{0,3}(?:es\s|is\s)?\d{5}(?:-?\d{3,4})?\b",  # noqa: E501
    re.IGNORECASE,
)
_PERSON = rf"{_CAPITALISED}(?:\s+(?:(?:de|del|la|las|los|da|do|dos|van|von)\s+)*{_CAPITALISED}){{0,3}}"
_INTRODUCED = re.compile(
    rf"(?:\b(?i:me llamo|mi nombre es|mi nombre completo es|a nombre de|my name is|my name's|meu nome é|me chamo|named?:|nombre:|"  # noqa: E501
    rf"nombre y apellidos:|full name:|nome:))\s+({_PERSON})"
)
_TITLED = re.compile(
    rf"(?<!\w)(?:Sra?\.|Srta\.|D\.ª?|Dª|Dña\.?|Don|Doña|[Ss]eñora?|[Ss]eñorita|Mrs?\.?|Ms\.?|Miss|Dra?\.|Doctora?|Prof\.)\s+({_PERSON})"
)
_SIGNED = re.compile(
    rf"\b(?i:atentamente|un saludo|saludos(?: cordiales)?|gracias|(?:best |kind |warm )?regards|sincerely|yours (?:truly|faithfully)|cheers|"  # noqa: E501
    rf"atenciosamente)\s*[,.:]?\s*\n?\s*({_CAPITALISED}(?:\s+{_CAPITALISED}){{0,2}})\s*[.!]?\s*$"
)
_PAIR = re.compile(
    rf"(?<![\w@#])({_CAPITALISED})((?:\s+(?:(?:de|del|la|las|los|da|do|dos|van|von)\s+)*{_CAPITALISED}){{1,3}})"
)
_PLACES = ("Santiago de C", "Santiago del E", "Victoria S", "Charlotte A")
_SELF = re.compile(
    rf"\b(?i:soy|i am|i'm|i’m|sou (?:a |o )?|this is|habla con|hablé con|atendió|me atendió|served by|spoke (?:to|with))\s+({_PERSON})"  # noqa: E501
)


def _emails(text: str) -> Iterator[Found]:
    yield from (Found(Kind.EMAIL, *it.span()) for it in _EMAIL.finditer(text))


def _cards(text: str) -> Iterator[Found]:
    for it in _CARD.finditer(text):
        digits = _only_digits(it[0])
        if 13 <= len(digits) <= 19 and luhn(digits):
            yield Found(Kind.CARD, *it.span())


def _accounts(text: str) -> Iterator[Found]:
    """What follows an account number may look like part of it: its country says how long it is."""
    for it in _IBAN.finditer(text):
        places = [at for at in range(*it.span()) if text[at].isalnum()]
        lengths = (_LONG[it[1].upper()],) if it[1].upper() in _LONG else range(34, 14, -1)
        ends = [places[length - 1] + 1 for length in lengths if length <= len(places)]
        whole = next((at for at in ends if not text[at : at + 1].isalnum() and iban(text[it.start() : at])), None)
        if whole:
            yield Found(Kind.ACCOUNT, it.start(), whole)


def _identities(text: str) -> Iterator[Found]:
    for it in _NIE.finditer(text):
        if nie(it[1], it[2], it[3]) or _TELLING.search(text, 0, it.start()):
            yield Found(Kind.IDENTITY, *it.span())
    for it in _DNI.finditer(text):
        digits = _only_digits(it[1])
        if len(digits) == 8 and (dni(digits, it[2]) or _TELLING.search(text, 0, it.start())):
            yield Found(Kind.IDENTITY, *it.span())
    for it in _CPF.finditer(text):
        if cpf("".join(it.groups())) and ("." in it[0] or _TELLING.search(text, 0, it.start())):
            yield Found(Kind.IDENTITY, *it.span())


def _papers(text: str) -> Iterator[Found]:
    """What other papers and machines know somebody by: social security, passport, plate, date of birth, IP address."""
    for it in _NAMED.finditer(text):
        kind = Kind.ACCOUNT if it.lastgroup in _KEPT_SECRET else Kind.IDENTITY
        yield Found(kind, *it.span(it.lastgroup or 0))
    for pattern in (_SSN, _NINO):
        yield from (Found(Kind.IDENTITY, *it.span()) for it in pattern.finditer(text))
    for it in _AFFILIATION.finditer(text):
        if _SOCIAL.search(text, 0, it.start()) or ("/" in it[0] and affiliation(it[1], it[2], it[3])):
            yield Found(Kind.IDENTITY, *it.span())
    for it in _HOST.finditer(text):
        if not _VERSION.search(text, 0, it.start()):
            yield Found(Kind.IDENTITY, *it.span())


def _phones(text: str) -> Iterator[Found]:
    for it in _DIGITS.finditer(text):
        before = text[max(0, it.start() - 40) : it.start()]
        if not _NOT_A_PHONE.search(before) and _is_phone(it[0].strip(), called=bool(_CALL.search(before))):
            yield Found(Kind.PHONE, *it.span())


def _is_phone(number: str, *, called: bool) -> bool:
    """With its country's code, or where something says so: a word before it, or the way it is spelt."""
    if number.startswith(("+", "00")):
        return _possible("+" + _only_digits(number).removeprefix("00"), None)
    if len(_only_digits(number)) == 9 and number.lstrip("(")[0] in "6789" and _valid(number, "ES"):
        return True
    if called:
        return any(_possible(number, region) for region in _REGIONS)
    return bool(_SPELT.match(number)) and any(_valid(number, region) for region in _REGIONS[:6])


def _possible(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _valid(number: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False


def _addresses(text: str) -> Iterator[Found]:
    for pattern in (_ADDRESS_ES, _ADDRESS_EN, _BOX, _POSTCODE):
        for it in pattern.finditer(text):
            yield Found(Kind.ADDRESS, it.start(), it.start() + len(it[0].rstrip(" ,")))


def _names(text: str) -> Iterator[Found]:
    for pattern in (_INTRODUCED, _TITLED, _SIGNED):
        yield from (Found(Kind.NAME, *it.span(1)) for it in pattern.finditer(text))
    for it in _SELF.finditer(text):
        if it[1].split()[0].lower() in GIVEN_NAMES:
            yield Found(Kind.NAME, *it.span(1))
    for it in _PAIR.finditer(text):
        if it[1].lower() in GIVEN_NAMES and not it[0].startswith(_PLACES):
            yield Found(Kind.NAME, *it.span())


def _only_digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812)."""
    doubled = [sum(divmod(2 * int(each), 10)) for each in digits[-2::-2]]
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def iban(number: str) -> bool:
    """Whether an account number's check digits are right (ISO 13616): the rearranged number leaves 1 by 97."""
    plain = "".join(filter(str.isalnum, number)).upper()
    if not 15 <= len(plain) <= 34 or not plain.isascii():
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def dni(digits: str, letter: str) -> bool:
    """Whether the letter of a Spanish identity number is the remainder by 23."""
    return _LETTERS[int(digits) % 23] == letter.upper()


def nie(first: str, digits: str, letter: str) -> bool:
    """The same for a foreigner's number (X, Y, Z stand for 0, 1, 2) and for K, L and M, which stand for nothing."""
    prefix = {"X": "0", "Y": "1", "Z": "2"}.get(first.upper(), "")
    return dni(prefix + digits, letter)


def affiliation(province: str, number: str, control: str) -> bool:
    """Whether the control of a Spanish social security number is the remainder by 97."""
    return int(province + number.lstrip("0").rjust(7, "0")) % 97 == int(control)


def cpf(digits: str) -> bool:
    """Whether both check digits of a Brazilian taxpayer's number are right."""
    if len(set(digits)) == 1:
        return False
    for end in (9, 10):
        weighed = sum(int(each) * (end + 1 - place) for place, each in enumerate(digits[:end]))
        if weighed * 10 % 11 % 10 != int(digits[end]):
            return False
    return True
