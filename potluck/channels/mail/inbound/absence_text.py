"""Whether a text is no more than a letter of absence, or a receipt: told sentence by sentence."""

import re

from potluck.channels.mail.inbound.absence import MOST_WORDS, any_of, folded

# "I am out of the office": who says so, and where they are not.
_AWAY = re.compile(
    r"\b(?:i(?:'m| am|'ll be| will be)|we are|currently|presently|\w+ is)\b.{0,50}?"
    r"\b(?:out of (?:the )?office|out of town|out of reach|away|on (?:\w+ )?(?:leave|vacations?|holidays?)"
    r"|off sick|ooo"
    r"|not (?:in|at|available|reachable|here)|unavailable|travell?ing|without (?:access|internet)|off(?:line)? until)"
    r"|^(?:currently )?(?:out of (?:the )?office|ooo|on (?:vacation|holiday|leave)|away)\b.{0,50}(?:until|till"
    r"|from|back|\d)"
    r"|\b(?:ich bin|ich befinde mich|wir sind|bin ich|bin)\b.{0,60}?(?:nicht (?:im|am|erreichbar|da\b|zu erreichen)"
    r"|abwesend|im urlaub|in urlaub|außer haus|ausser haus|unterwegs|in elternzeit|krank|verreist|wieder (?:da"
    r"|im|erreichbar))"
    r"|\bje (?:suis|serai)\b.{0,50}?(?:absente?|en conge|en vacances|hors du bureau|indisponible|en deplacement"
    r"|injoignable)"
    r"|\b(?:estoy|estare|me encuentro|me encontrare)\b.{0,50}?(?:fuera|ausente|de vacaciones|de licencia|de baja)"
    r"|\b(?:sono|saro)\b.{0,50}?(?:assente|in ferie|fuori (?:ufficio|sede)|in vacanza|fuori dall)"
    r"|\bik ben\b.{0,50}?(?:afwezig|niet (?:aanwezig|op kantoor|bereikbaar)|(?:op|met) (?:vakantie|verlof)|weer)"
    r"|\b(?:estou|estarei|encontro-me)\b.{0,50}?(?:ausente|fora|de ferias|em ferias|de licenca)"
    r"|\bjag (?:ar|kommer)\b.{0,50}?(?:franvarande|ledig|pa semester|inte pa|bortrest|borta|ater|tillbaka)"
    r"|\bjeg er\b.{0,50}?(?:ikke (?:pa|til stede)|pa ferie|fraværende|bortreist|ute av kontoret|tilbage|tilbake"
    r"|borte|vaek|væk)"
    r"|\bolen\b.{0,40}?(?:poissa|lomalla|matkoilla|tavoitettavissa)|\ben ole\b.{0,30}?(?:paikalla|toimistolla"
    r"|tavoitettavissa)"
    r"|\b(?:jestem|przebywam|bede)\b.{0,40}?(?:nieobecn|na urlopie|poza biurem|niedostepn)|\bnie ma mnie\b"
    r"|\bjestem nieobecn"
    r"|\b(?:jsem|nejsem|budu|som|nie som)\b.{0,40}?(?:mimo kancelar|na dovolen|v kancelari|nepritom|k zastizeni)"
    r"|\b(?:nem vagyok|szabadsagon vagyok|szabadsagon|hazon kivul|irodan kivul|tavol vagyok|tavol leszek)\b"
    r"|\b(?:sunt|voi fi|ma aflu)\b.{0,40}?(?:plecat|in concediu|in afara biroului|absent)"
    r"|\b(?:nisam u|na godisnjem|odsutan sam|odsutna sam|nisem v|na dopustu)\b"
    r"|(?:меня (?:нет|не будет)|я (?:в отпуске|не в офисе|отсутствую)|нахожусь в отпуске|буду отсутствовать"
    r"|отсутствую)"
    r"|(?:я (?:у відпустці|не в офісі|відсутн)|мене (?:немає|не буде))|(?:в отпуск съм|извън офиса съм|отсъствам)"
    r"|(?:ofis dısında|ofis disinda|ofiste degilim|izindeyim|izinde olaca|yıllık izin|yillik izin)"
    r"|(?:απουσιαζω|ειμαι εκτος|λειπω (?:απο|μεχρι)|βρισκομαι σε αδεια)"
    r"|(?:אני (?:בחופש|מחוץ למשרד|נעדר|לא במשרד|לא זמי))|(?:انا (?:خارج|في اجازة)|خارج المكتب|اكون خارج)"
    r"|(?:我(?:目前|现在|現在|正在|将|將)?(?:不在|休假|外出|出差|在休假|在外|度假)|不在办公室|不在辦公室|正在休假)"
    r"|(?:不在に(?:して|し|いた|致)|不在と(?:なり|させ)|休暇(?:中|を|のため|を取)|休業|外出して)"
    r"|(?:tôi|toi) (?:hien )?(?:dang|se).{0,30}(?:nghi|vang|di)|saya sedang.{0,30}(?:cuti|di luar|tidak)"
)
_KOREAN = any_of("부재중|부재 중|자리를 비|휴가 중|휴가중|휴가입니다|사무실에 없|출장 중|출장중")
# What else such a letter says.
_STOCK = re.compile(
    r"\b(?:thank|thanks|(?:reply|respond|answer|get back|read|check|be back|return|back on|back in|access to"
    r"|limited|intermittent)"
    r"|urgent|emergenc|contact|call me|in my absence|automat|auto-?(?:reply|respon)|forwarded|received your|colleague"
    r"|danke|dank für|dank fur|dringend|wende|kontakt|melde mich|ruckkehr|zuruck|weitergeleitet|vertret"
    r"|nachricht|antwort|gelesen"
    r"|merci|urgence|contacter|retour|repond|reviens|absence|message|gracias|urgente|contact|contest|respond"
    r"|regres|vuelv|mensaje"
    r"|grazie|contatt|rispond|rientr|torn|bedankt|dringend|neem|terug|obrigad|volt|retorn|tack|bradskande|ater"
    r"|svar|tillbaka"
    r"|tak for|takk|haster|tilba|kiitos|kiire|palaan|vasta|dziekuj|piln|wrac|wroc|odpow|dekuj|nalehav|vrat"
    r"|odpov|koszon|surgos"
    r"|valaszol|multum|urgent|reven|raspund|hvala|hitn|javi|спасибо|срочн|вернусь|отве|дякую|термінов|повернус"
    r"|благодар|tesekkur"
    r"|acil|donu|don[eu]r)|ευχαριστ|επειγ|επιστρ|תודה|דחוף|אחזור|שובי|شكر|عاج|اعود|عودت|谢谢|謝謝|感谢|感謝"
    r"|紧急|緊急|回复|回覆"
    r"|回来|回來|联系|聯絡|返信|連絡|戻り|ご了承|よろしく|お願い|申し訳|감사|급한|연락|복귀|회신|돌아|@"
    r"|\+?\d[\d ()/-]{6,}"
)
_OPENING = re.compile(
    r"(?:hello|hi|hey|dear|good (?:day|morning)|hallo|guten tag|liebe|lieber|sehr geehrte|bonjour|cher|chere"
    r"|hola|estimad|buenos"
    r"|ciao|buongiorno|gentile|salve|beste|geachte|ola|prezad|hej|hei|moi|dzien dobry|witam|szanown|dobry den"
    r"|kedves|tisztelt|buna"
    r"|здравствуйте|добрый|привет|добрий|merhaba|sayın|γεια|αγαπητ|שלום|مرحبا|您好|你好|안녕)"
)
_CLOSING = re.compile(
    r"(?:(?:best|kind|warm|with|many)?\s*(?:regards|wishes|greetings)|best|cheers|sincerely|yours|thanks"
    r"|mit freundlichen|viele gru|liebe gru"
    r"|gru|beste gru|freundliche|mfg|vg|lg|cordialement|bien a vous|salutations|saludos|un saludo|atentamente"
    r"|cordiali|saluti|groet"
    r"|met vriendelijke|mvg|atenciosamente|cumprimentos|abraco|med vanlig|vanliga|halsningar|mvh|med venlig"
    r"|hilsen|terveisin|ystavallisin"
    r"|pozdraw|z powazaniem|s pozdravem|s pozdravom|udvozlettel|cu stima|pozdrav|lp|с уважением|з повагою"
    r"|с поздрави|saygılar|με εκτιμηση"
    r"|בברכה|مع تحياتي|此致|敬具|以上)"
)
_BREAKS = re.compile(
    r"(?<!\d)[.!?;]+(?:\s+|\Z)|[。！？]\s*|,?\s(?:but|and|so|aber|und|mais|et|pero|y|ma|maar|en|mas|men|mutta"
    r"|ale|но|а)\s"
)
_RECEIPT = re.compile(
    r"(?:your message|this is a (?:return )?receipt|return receipt for|message was (?:read|displayed"
    r"|deleted))[\s\S]{0,400}"
    r"(?:was (?:read|displayed|deleted)|read on|displayed on|receipt)|wurde (?:am|gelesen|angezeigt"
    r"|ungelesen)[\s\S]{0,60}(?:gelesen|geoffnet|angezeigt|geloscht|uhr|\d)"
    r"|this is a (?:return )?receipt for|a ete (?:lu|affiche|supprime)|ha sido leid|fue leid|se ha leido"
    r"|e stato letto|is gelezen|werd gelezen|foi lid|lastes|er blevet læst|ble lest"
    r"|on luettu|zostala? (?:odczytan|przeczytan)|byla? prectena|было прочитано|прочитано|okundu|已被阅读|已读"
    r"|已讀|開封され|開封済み|읽었습니다|표시"
)
_LEAST_OF_A_SENTENCE = 2


def is_receipt(text: str) -> bool:
    """Whether a text tells that a message was read."""
    return _RECEIPT.search(folded(text)) is not None


def says_away(text: str) -> bool:
    """Whether somebody says anywhere in it that they are not there."""
    said = " ".join(folded(text).split())
    return _is_away(said)


def _is_away(said: str) -> bool:
    return bool(_AWAY.search(said) or re.search(_KOREAN, said))


def is_of_absence(text: str, *, is_awaited: bool = False) -> bool:
    """Whether a text, without what it quotes, is no more than that: it begins so, and goes on with what belongs to it.

    A question is no such letter, nor is one with another thought. `is_awaited`: it came within minutes of a letter of
    ours; then half of it may be anything.
    """
    if len(text.split()) > MOST_WORDS or re.search(r"[?？؟]\s*(?:\n|\Z)", text):
        return False
    said = _sentences(text)
    away = [_is_away(each) for each in said]
    if not any(away[:3]):
        return False
    strange = sum(
        not (here or _STOCK.search(each)) and len(each.split()) > _LEAST_OF_A_SENTENCE
        for here, each in zip(away, said, strict=True)
    )
    return strange * (2 if is_awaited else 4) <= len(said) - (0 if is_awaited else 2) if strange else True


def _sentences(text: str) -> list[str]:
    """Its sentences as `folded` gives them, without the greeting above and the name below."""
    lines = [line.strip(" *_#>\t") for line in folded(text).strip().splitlines()]
    if lines and _OPENING.match(lines[0]) and len(lines[0]) < 60 and not _is_away(lines[0]):
        lines = lines[1:]
    for at, line in enumerate(lines):
        if at and len(line) < 50 and _CLOSING.match(line) and not _is_away(line):
            lines = lines[:at]
            break
    whole = re.sub(r"\n{2,}", " . ", "\n".join(lines))
    found = (each.strip() for each in _BREAKS.split(" ".join(whole.split())))
    return [each for each in found if re.search(r"\w", each)]
