"""Languages: which stemmer serves which, and a guess for texts that do not say.

The guess counts function words, which a text of a few sentences cannot do without. It needs three different ones,
so titles alone stay unguessed and are stemmed as English, which leaves most words of other languages whole.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

# ISO 639-1 code to the name of its Snowball algorithm.
STEMMERS: dict[str, str] = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
FALLBACK = "en"
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi"}

_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    code: frozenset(words.split())
    for code, words in {
        "cs": "a že se na je to jsem jsou ale jako podle který která jeho tak také nebo pro při byl bylo",
        "da": "og det af til en er på med der ikke jeg har vi kan fra hvad hvor også blev efter mig være",
        "de": "der die das und ist nicht ein eine zu den mit auf für von im sich auch als wie bei noch ich wir aus",
        "en": "the and of to is in that it for with as on was this are be by from have not you but what how"
        " i my do does can if an at or any will would should which when where who there your",
        "es": "el la los las y de que en un una por con para se no es del al como más pero su lo este",
        "fi": "ja on ei että se oli mutta kun niin myös ovat hän minä tai joka mitä sen kuin vain jos",
        "fr": "le la les et des une est que qui dans pour pas sur avec du au ce il je nous vous par plus sont",
        "hu": "a az és hogy nem egy is ez meg csak van volt de mint már még azt vagy lesz kell",
        "it": "il lo gli e di che la un una per con non è del della sono come più nel anche si alla dei ma",
        "nl": "de het een en van ik is dat niet op te zijn met voor er maar om aan ook als bij naar dit deze",
        "no": "og det av til en er på med som ikke jeg har vi kan fra hva hvor også ble etter meg være eller",
        "pl": "i w na z że się nie to jest do jak ale po co tak od za przez jego tym był być oraz dla są",
        "pt": "o os as e de que em um uma por com para se não é do da no na como mais mas ao dos das são",
        "ro": "și de la în nu că este un o cu pe din pentru care mai sunt ca au fost sau dar prin",
        "ru": "и в не на что я с он как это по но из у за то так для от же был мы вы они его",
        "sv": "och det att i en är på som för med inte av jag har vi kan från vad hur också var efter eller",
        "tr": "ve bir bu da de için ile çok ne gibi daha olarak ama var ben sonra kadar mi olan en",
    }.items()
}
_SCRIPTS = (
    ("Ѐ", "ӿ", "ru"),
    ("Ͱ", "Ͽ", "el"),
    ("ऀ", "ॿ", "hi"),
    ("؀", "ۿ", "ar"),
    ("஀", "௿", "ta"),
    ("԰", "֏", "hy"),
)
_ENOUGH = 3
# From here on letters are not Latin.
_NOT_LATIN = "\u0250"
_SCRIPT_LETTERS = 2000
# Words of other languages that English has too, or technical English.
_ALSO_ENGLISH = frozenset(
    {
        "a",
        "ale",
        "an",
        "are",
        "bar",
        "con",
        "de",
        "den",
        "die",
        "do",
        "e",
        "er",
        "fin",
        "han",
        "i",
        "im",
        "kun",
        "me",
    }
    | {
        "min",
        "mit",
        "mod",
        "na",
        "no",
        "not",
        "o",
        "os",
        "par",
        "pas",
        "per",
        "plus",
        "s",
        "se",
        "ten",
        "tom",
        "u",
    }
    | {"w", "y", "z"}
)
_TELLING_WORDS = {
    code: known - _FUNCTION_WORDS[FALLBACK] - _ALSO_ENGLISH
    for code, known in _FUNCTION_WORDS.items()
    if code != FALLBACK
}
# Of fewer words nothing is said; and how many pieces a word more than English has.
_FEW_WORDS = 2
_PIECES_BESIDE_A_WORD, _PIECES_BESIDE_ACCENTS = 1.5, 2.0


def base(code: str) -> str:
    """The two-letter code of a language tag: "pt-BR" is "pt"."""
    short = code.strip().lower().replace("_", "-").split("-")[0]
    return _SAME.get(short, short)


def language_of(code: str, words: AbstractSet[str]) -> str:
    """The code of the stemmer to use: the stated language if there is one for it, else the likeliest."""
    stated = base(code)
    return stated if stated in STEMMERS else guess(words)


def language_told(code: str, text: str) -> str:
    """The language a text says it is in, or that its function words or script tell; nothing where nothing does."""
    if stated := base(code):
        return stated
    words = frozenset(map(str.lower, text[:2000].split()))
    found = guess(words)
    return found if found != FALLBACK or len(_FUNCTION_WORDS[FALLBACK] & words) >= _ENOUGH else ""


def guess(words: AbstractSet[str]) -> str:
    """The likeliest language of these lower-case words, `FALLBACK` if nothing tells."""
    best, most = FALLBACK, _ENOUGH - 1
    for code, known in _FUNCTION_WORDS.items():
        met = len(known & words)
        if met > most:
            best, most = code, met
    return best if most >= _ENOUGH else _by_script(words)


def is_stated_foreign(code: str, words: AbstractSet[str]) -> bool:
    """Whether a text is said to be in another language than English, and its lower-case words do not say otherwise."""
    stated = base(code)
    return bool(stated) and stated != FALLBACK and len(_FUNCTION_WORDS[FALLBACK] & words) < _ENOUGH


def is_foreign(text: str, words: Sequence[str], pieces: int) -> bool:
    """Whether a text is surely not English: in another script, with more function words of another language than of
    English, or with none of English, signs of another and words that English would not part into so many `pieces`.

    Few words tell little, and a technical title has hardly any: where nothing tells, it is English. Measured on titles
    of four English communities, and of feeds in German, Czech and Korean (docs/performance.md).
    """
    letters = [letter for letter in text[:_SCRIPT_LETTERS] if letter.isalpha()]
    if sum(letter >= _NOT_LATIN for letter in letters) > len(letters) / 2:
        return True
    lower = {word.lower() for word in words}
    english = len(_FUNCTION_WORDS[FALLBACK] & lower)
    others = max(len(known & lower) for known in _TELLING_WORDS.values())
    if others > 1 and others > english:
        return True
    if english or len(words) <= _FEW_WORDS:
        return False
    accents = any("\u00c0" <= letter < _NOT_LATIN for letter in letters)
    ratio = pieces / len(words)
    return (bool(others) and ratio > _PIECES_BESIDE_A_WORD) or (accents and ratio > _PIECES_BESIDE_ACCENTS)


def _by_script(words: AbstractSet[str]) -> str:
    sample = "".join(word[0] for word in list(words)[:40] if not word.isascii())
    for first, last, code in _SCRIPTS:
        if sum(first <= letter <= last for letter in sample) > len(sample) / 2:
            return code
    return FALLBACK
