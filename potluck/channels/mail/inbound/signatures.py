"""Recognise what stands below somebody's words and is none of them: what a telephone or a web mailer says of itself,
notices of lawyers and virus scanners, and signatures after their mark.
"""

import re

# A mark that begins a signature (RFC 3676, 4.3), as programs and people write it.
# As Markdown it is escaped, and a line may end in two blanks.
MARK = re.compile(r"(?:\\?--|—|\u2013\u2013)\s{0,3}\Z")
RULE = re.compile(r"\s*(?:[_*=\u2500\u2014-]\s?){3,}\s*\Z")

# Names of programs and devices, as they write them, that sign letters by themselves; and what else one sends from.
_PROGRAM = re.compile(
    r"Outlook|Hotmail|Yahoo|Gmail|Proton|Tuta|GMX|WEB\.DE|Web\.de|T-Online|Freenet"
    r"|Posteo|K-9|FairEmail|Thunderbird|Zoho"
    r"|Superhuman|\bSpark\b|\bNine\b|BlueMail|Blue Mail|Airmail|Newton|Canary|Fastmail|\bHEY\b|Edison|Mailspring"
    r"|Yandex|Яндекс|Mail\.ru|Почт[аы] Mail|Рамблер|Libero|Virgilio|Mail Orange|Laposte|\bSFR\b|Free Mail|Seznam|Onet"
    r"|Interia|\bWP\b|Naver|네이버|Daum|\bQQ|Foxmail|网易|網易|新浪|\bAOL\b|iCloud|aka\.ms/"
    r"|Mail (?:for|für|pour|para|per|voor|til|till|dla|pro) Windows"
)
_DEVICE = re.compile(
    r"iPhon|iPad|iPod|IPHONE|Apple Watch|Android|ANDROID|Samsung|Galaxy|BlackBerry"
    r"|Huawei|HUAWEI|华为|Xiaomi|小米|Redmi"
    r"|Mi Mail|OnePlus|OPPO|\bOppo\b|vivo|Nokia|Xperia|Motorola|Fairphone|Pixel"
    r"|\bHTC\b|Windows[- ]?(?:Phone|10|11)|\biOS\b"
    r"|[Ss]martphone|[Pp]hone|[Mm]obile?\b|Mobiltelefon|[Hh]andy|[Tt]elefon"
    r"|[Tt]éléphone|[Tt]eléfono|[Cc]ellulare|[Cc]elular"
    r"|[Tt]elemóvel|[Tt]ablet|手机|手機|携帯|スマートフォン|휴대폰|스마트폰|телефон|смартфон|κινητό|הנייד"
    r"|הטלפון|الهاتف|المحمول"
)
# How such a line begins, and in some languages ends. "Get" is said of programs alone.
_SENT = (
    r"sent|sending|gesendet|gesandt|verschickt|von meine[mr]|von unterwegs|envoyé"
    r"|envoye|enviad[oa]|enviat|mandado|inviat[oa]"
    r"|verzonden|verstuurd|skicka[dt]|sendt|lähetetty|wysłan[aeyo]|odesl[aá]n\w*"
    r"|odoslan\w*|elküldve|küldve|küldtem|trimis"
    r"|poslan\w*|послан\w*|изпратен\w*|отправлен\w*|надіслан\w*|відправлен\w*"
    r"|gönderildi|gönderilmiştir|saadetud|nosūtīts"
    r"|išsiųsta|nusiųsta|bidalia|được gửi|gửi từ|dikirim|terkirim|secured with|shared with|written on"
    r"|στάλθηκε|απεστάλη|εστάλη|נשלחה?|أ\u064f?رسلت?|ا\u064f?رسلت|تم الإرسال|ارسال شده|فرستاده شده"
    r"|送信|发自|發自|发送自|從我|从我|通过我|寄自|傳送自|传送自|来自|來自|보냄|보낸|에서 보냄|전송|ส่งจาก"
    r"|diese nachricht wurde|cette? (?:e-?mail|message) a été|this (?:e-?mail|message) was sent"
)
_GET = (
    r"get|holen|beziehen|hol dir|télécharge[rz]?|obtene[rz]|obtener|obtenir|obter"
    r"|obtenha|descarg\w+|baixar|scarica|ottieni"
    r"|downloaden?|hämta|hent|hanki|pobierz|stáhn\w+|získ\w+|beszerz\w+|obțin\w+"
    r"|descărc\w+|preuzm\w+|скача\w+|загруз\w+"
    r"|отримат\w+|отриму\w+|изтегл\w+|edin\w*|indir\w*|unduh|dapatkan|hankige|λήψη"
    r"|קבל|الحصول|获取|下載|下载|取得|入手|다운로드|gauti|lejupielād\w+"
)
_BEGINS = re.compile(rf"(?:{_SENT})(?!\w*\s+(?:it|them|him|her|you|me)\b)", re.IGNORECASE)
_CLOSES = re.compile(rf"(?:{_SENT}|发送|發送)[.!。]?\Z", re.IGNORECASE)
_FETCHES = re.compile(rf"(?:{_GET})\b|[A-Z].*?(?:{_GET})[.!。]?\Z", re.IGNORECASE)
_BRIEF = re.compile(
    r"(?:[.!。]?\s*(?:please |bitte )?(?:excuse|pardon|forgive|entschuldigen|désolé|disculpe)[^.!?]{0,80}[.!]?)\Z",
    re.IGNORECASE,
)
# "Sent from my desk": without a device in it only where the line says no more.
_PLAINLY = re.compile(
    r"(?:sent (?:from|with|via) (?:my |the )?|gesendet (?:von|mit) |envoyé (?:de|depuis) "
    r"|enviado (?:desde|do|de) |inviato da |verzonden (?:vanaf|met) |skickat från |sendt fra "
    r"|отправлено (?:с|из) |wysłane z )[^,.;!?]{2,60}\.?\Z",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[<(]?\s?(?:https?://|mailto:)\S+")
_NOTICE = re.compile(
    r"intended recipient|is confidential|are confidential|confidential(?:ity)? (?:notice|information)|vertraulich"
    r"|confidentiel|confidencial|riservat|vertrouwelijk|checked for viruses|virus[- ]free|virenfrei|auf viren"
    r"|think before (?:you )?print|consider the environment",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:t|tel|ph|phone|telefon|tél|f|fax|m|mob|mobil|mobile|cell)\b[.:]?\s*\+?[\d(][\d ()./-]{6,}",
    re.IGNORECASE,
)
# A sentence, an item of a list, or a cell of a table.
_SAYS = re.compile(r"[.!?…:;]\s*\Z|\A(?:[-*+]|\d+[.)])\s|\s\|\s|.{61}")
_MOST_NAMES = 5
_LONGEST, _LONGEST_NOTICE, _MOST_NOTICE, _MOST_WORDS = 110, 700, 12, 14


def is_mark(line: str, above: str, behind: list[str], *, is_one: bool) -> bool:
    """Whether a line begins a signature. `behind` are the lines below that say something; `is_one`: no gap is in them.

    Right under a word, two dashes without the blank may underline a heading: then only names stand behind a mark.
    """
    if not MARK.match(line):
        return False
    if line != "--" or not above:
        return True
    return is_one and len(behind) <= _MOST_NAMES and not any(map(_SAYS.search, behind))


def is_card(lines: list[str]) -> bool:
    """Whether lines below a rule are a card of somebody: short, and with where to call them."""
    return all(len(line) <= 80 for line in lines) and any(map(_CALLED.match, lines))


def is_of_a_device(line: str, *, stands_alone: bool = True) -> bool:
    """Whether a line is what a telephone or a mail program says of itself.

    `stands_alone`: nothing is right above it.
    """
    words = _LINK.sub(r"\1", line.replace("*", "")).strip().strip("_-—·|()").strip()
    if not words or len(line) > _LONGEST + 250 or len(words) > _LONGEST:
        return False
    words = _BRIEF.sub("", words).strip()
    if not re.search(r"[,;:!?]|\. ", words) and len(words.split()) <= _MOST_WORDS:
        program, sent = _PROGRAM.search(line), _BEGINS.match(words) or _CLOSES.search(words)
        if (sent and (program or _DEVICE.search(words))) or (program and _FETCHES.match(words)):
            return True
    return stands_alone and bool(_PLAINLY.match(words)) and words[:1].isupper()


def notice_at(lines: list[str], start: int, end: int) -> int:
    """The line where a notice at the end begins, of secrecy or of viruses, with the rule or the mark above it; `end`
    if there is none."""
    at = end
    while at > start and end - at < _MOST_NOTICE:
        at -= 1
        if not lines[at].strip():
            said = " ".join(lines[at:end])
            if _NOTICE.search(said) and len(said) < _LONGEST_NOTICE:
                return at
            if len(said) >= _LONGEST_NOTICE:
                break
        elif RULE.match(lines[at]) and _NOTICE.search(" ".join(lines[at:end])):
            return at
    return end
