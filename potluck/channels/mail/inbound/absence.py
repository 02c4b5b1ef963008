"""What letters of absence, receipts and answers of calendars say, in the languages people write to us in.

The words are those that mail programs put there by themselves (Outlook and Exchange, Gmail, Thunderbird, Notes, the
`vacation` program) and that people commonly set. All are compared as `folded` gives them: small, without accents.
"""

import re
import unicodedata

MOST_WORDS = 120


def folded(text: str) -> str:
    """Small letters without accents, as these tables compare them."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def any_of(words: str) -> str:
    """A pattern for any of these phrases, one a line or parted by "|"."""
    said = [each.strip() for line in words.splitlines() for each in line.split("|")]
    found = sorted({folded(each) for each in said if each}, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(each).replace(r"\ ", r"[\s-]?") for each in found) + ")"


# What a program alone calls its letter.
_AUTOMATIC = any_of("""
auto reply|automatic reply|automated reply|auto response|automatic response|automated response|auto answer
autoresponder
vacation reply|vacation response|vacation message|out of office reply|out of office autoreply|away message
automatische antwort|automatische rückantwort|automatische rückmeldung|autoantwort|auto antwort|abwesenheitsnotiz
abwesenheitsnachricht|abwesenheitsmeldung|abwesenheitsbenachrichtigung|abwesenheitsassistent|abwesenheitsagent
réponse automatique|message automatique|notification d'absence|avis d'absence|message d'absence|absence du bureau
respuesta automática|contestación automática|mensaje automático|aviso de ausencia|risposta automatica
messaggio automatico|automatisch antwoord|automatische reactie|automatisch bericht|afwezigheidsbericht
afwezigheidsmelding|afwezigheidsassistent|resposta automática|mensagem automática|aviso de ausência
resposta automàtica|autosvar|automatiskt svar|automatisk svar|frånvaromeddelande|frånvarobesked|fraværsbesked
fraværsmelding|sjálfvirkt svar|automaattinen vastaus|automaattivastaus|poissaoloilmoitus|poissaoloviesti
automaatvastus|automaatne vastus|automātiska atbilde|automātiskā atbilde|automatinis atsakymas
odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|automatická odpověď|automatická odpoveď
automatikus válasz|răspuns automat|automatski odgovor|samodejni odgovor|аутоматски одговор|автоответ|автоответчик
автоматический ответ|автоматична відповідь|автовідповідь|автоматичен отговор|автоматски одговор|otomatik yanıt
otomatik cevap|αυτόματη απάντηση|מענה אוטומטי|תשובה אוטומטית|رد تلقائي|الرد التلقائي|پاسخ خودکار
स्वचालित उत्तर|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|trả lời tự động|thư trả lời tự động|balasan otomatis
jawapan automatik|自动回复|自动答复|自動回覆|自動回復|自動答覆|自動返信|自動応答|不在通知|不在連絡
不在のお知らせ|外出通知
자동 회신|자동 응답|부재 중 알림|부재중 알림|erantzun automatikoa|ymateb awtomatig|uathfhreagra
""")
# That somebody is not there.
_ABSENT = any_of("""
out of office|out of the office|away from the office|not in the office|away from my desk|ooo|oof|absence|absent|away
abwesenheit|abwesend|nicht im büro|nicht im haus|außer haus|nicht am arbeitsplatz|absente|hors du bureau
absent du bureau|ausente|ausencia|fuera de la oficina|fuera de oficina|assente|assenza|fuori ufficio
fuori dall'ufficio|fuori sede|afwezig|afwezigheid|niet aanwezig|buiten kantoor|niet op kantoor|ausência
fora do escritório|ausência do escritório|fora de l'oficina|absència|frånvaro|frånvarande|inte på kontoret
ej på kontoret|ej anträffbar|fravær|fraværende|ikke på kontoret|ikke til stede|ute av kontoret|fjarverandi
poissa|poissaolo|poissa toimistosta|en ole paikalla|kontorist väljas|eemal|prombūtnē|nav birojā|nesu biure
nieobecność|nieobecny|nieobecna|poza biurem|nieobecność w biurze|nepřítomnost|nepřítomen|mimo kancelář
neprítomnosť|mimo kancelárie|mimo kanceláriu|távollét|távol|házon kívül|irodán kívül|în afara biroului|absență
odsutnost|odsutan|odsutna|izvan ureda|odsotnost|odsoten|van kancelarije|одсуство|отсутствие|отсутствую|вне офиса
нет на месте|нет в офисе|відсутність|відсутній|відсутня|поза офісом|не в офісі|отсъствие|отсъствам|извън офиса
ofis dışında|ofis dışındayım|ofiste değilim|iş yerinde değilim|εκτός γραφείου|απουσία|απουσιάζω|מחוץ למשרד
היעדרות|לא במשרד|خارج المكتب|غياب|عدم حضور|कार्यालय से बाहर|ไม่อยู่ที่สำนักงาน|ไม่อยู่|vắng mặt|đi vắng
di luar kantor|tidak di kantor|di luar pejabat|不在办公室|不在辦公室|外出|不在|부재중|부재 중|부재|사무실에 없
""")
# And that somebody has free time: people write of it, too.
_FREE = any_of("""
vacation|on vacation|holiday|holidays|on holiday|on leave|annual leave|sick leave|parental leave|maternity leave
urlaub|im urlaub|in urlaub|krank|elternzeit|congés|en congé|en congés|en vacances|vacances|de vacaciones|vacaciones
in ferie|ferie|in vacanza|op vakantie|met vakantie|vakantie|met verlof|verlof|férias|de férias|em férias|de licença
semester|på semester|föräldraledig|på ferie|ferie|barsel|i fríi|lomalla|vuosiloma|puhkusel|atvaļinājumā|atostogos
atostogauju|urlop|na urlopie|dovolená|dovolenka|na dovolené|na dovolenke|szabadság|szabadságon|concediu|în concediu
godišnji odmor|na godišnjem|dopust|na dopustu|отпуск|в отпуске|відпустка|у відпустці|в отпуск|отпуска|izinde
izindeyim|yıllık izin
izinliyim|άδεια|σε άδεια|בחופשה|חופשה|إجازة|في إجازة|مرخصی|छुट्टी|ลาพัก|ลาพักร้อน|nghỉ phép|cuti|sedang cuti
休假|度假|请假|休暇|休業|お休み|휴가
""")
_READ = any_of("""
read|not read|deleted|read receipt|return receipt|displayed|gelesen|ungelesen gelöscht|lesebestätigung
empfangsbestätigung|lu|non lu|accusé de lecture|confirmation de lecture|leído|no leído|confirmación de lectura
letto|non letto|conferma di lettura|ricevuta di ritorno|gelezen|niet gelezen|leesbevestiging|lida|lido|não lida
confirmação de leitura|llegit|läst|oläst|läskvitto|læst|lest|ulest|lesekvittering|kvittering for læsning|luettu
lukukuittaus|lukuvahvistus|loetud|przeczytano|przeczytane|potwierdzenie przeczytania|přečteno|prečítané|elolvasva
olvasási visszaigazolás|citit|pročitano|prebrano|прочитано|прочтено|уведомление о прочтении|прочетено|okundu
okundu bilgisi|αναγνώστηκε|διαβάστηκε|נקרא|مقروءة|تمت القراءة|已读|已讀|开封确认|開封済み|開封確認|읽음|đã đọc
telah dibaca
""")
_CALENDAR = any_of("""
accepted|declined|tentative|tentatively accepted|tentatively declined|new time proposed|meeting forward notification
zugesagt|angenommen|zusage|abgelehnt|absage|mit vorbehalt|mit vorbehalt angenommen|unter vorbehalt
mit vorbehalt zugesagt|neue zeit vorgeschlagen|vorläufig zugesagt|accepté|acceptée|refusé|refusée
provisoire|accepté provisoirement|aceptada|aceptado|rechazada|rechazado|provisional|accettato|accettata|rifiutato
rifiutata|provvisorio|geaccepteerd|geweigerd|afgewezen|voorlopig|aceito|aceite|recusado|recusada|provisório|acceptat
accepterat|accepterad|avböjt|tackat nej|preliminärt|accepteret|afvist|foreløbig|godtatt|avslått|akseptert|hyväksytty
hylätty|alustava|zaakceptowano|zaakceptowane|odrzucono|wstępnie|přijato|odmítnuto|nezávazně|prijaté|odmietnuté
elfogadva|elutasítva|feltételes|acceptat|refuzat|prihvaćeno|odbijeno|sprejeto|принято|отклонено|под вопросом|прийнято
відхилено|прието|отказано|kabul edildi|reddedildi|belirsiz|αποδεκτό|απορρίφθηκε|התקבל|נדחה|تم القبول|مقبول|مرفوض
已接受|已拒绝|已謝絕|暂定|承諾|辞退|承諾済み|仮承諾|수락됨|수락|거절됨|거절|미정|đã chấp nhận|diterima
""")
_RETURNED = any_of("""
undeliverable|undelivered|undelivered mail returned to sender|returned mail|mail delivery failed|delivery failure
delivery status notification|mail delivery failure|mail delivery system|delivery delayed
warning: could not send message
delivery has failed|delivery report|delivered|relayed|failure notice|message not delivered|unzustellbar
nicht zustellbar
zustellungsfehler|zustellung fehlgeschlagen|übermittelt|zugestellt|non remis|échec de remise|remis|relayé
no se puede entregar
no entregado|entregado|error de entrega|non recapitabile|mancato recapito|recapitato|consegna|onbestelbaar
niet te bezorgen|bezorgd
não é possível entregar|não entregue|entregue|olevererbart|kan inte levereras|levererat|kan ikke leveres|ikke levert
ei voi toimittaa|ei toimitettu|niedostarczona|nie można dostarczyć|niedostarczalne|nedoručitelné|nedoručiteľné
kézbesíthetetlen|nelivrabil|недоставлено|не удается доставить|недоставленное сообщение|не удалось доставить
teslim edilemedi|δεν παραδόθηκε|无法送达|未送达|無法傳遞|配信不能|未配信|配信できません|배달되지 않음
배달되지 않았습니다
""")
_BEFORE = re.compile(
    r"(?:\s*(?:(?:re|aw|sv|vs|va|antw|odp|ynt|res|resp|rif|ref|rv|re?sp|回复|答复|回覆|返信|回信|ha"
    r"|ang)(?:\s?\[\d+\]|\s?\(\d+\))?\s*[:：]"
    r"|\[[^\[\]]{1,40}\]|\([^()]{1,40}\)|【[^】]{1,40}】|\*+[^*]{1,30}\*+|extern(?:al|e)?\s*[:：]))+\s*"
)
_OPENS, _SHUTS = r"[\[(【「<*#_\s\"'“„«!⚠]*", r"(?:\s*[\])】」>*#_\"'”“»!.。]+)"
_UNTIL = (
    r"until|till|til|from|to|through|on|this|today|bis|vom|von|ab|am|heute|jusqu|du|de|hasta|del|desde|fino|dal"
    r"|tot|van|ate"
    r"|fram|fra|od|do|din|pana|с|до|від|от|re\b|aw\b|was\b|for|by|back|ich|i |notification|notice|message|alert"
    r"|w biurze|do dnia"
)


def _headed(words: str) -> re.Pattern[str]:
    """A subject that these words are the head of, or all of."""
    return re.compile(
        rf"{_OPENS}(?P<label>{words})(?:(?P<whole>{_SHUTS}?\s*\Z)|(?P<head>{_SHUTS}?\s*[:：;|]|{_SHUTS}(?:\s+"
        rf"|(?<=[\])】」]))\S|\s+[-–—]+\s)"
        rf"|(?P<when>\s*[,(\[]|\s+(?:{_UNTIL})|\s*\d))"
    )


AUTOMATIC, ABSENT, FREE, READ, CALENDAR, RETURNED = map(
    _headed, (_AUTOMATIC, _ABSENT, _FREE, _READ, _CALENDAR, _RETURNED)
)


def headed(pattern: re.Pattern[str], subject: str) -> re.Match[str] | None:
    """Where a subject is headed so: at once, or behind "Re:", the name of a list and the like."""
    said = folded(subject).strip()
    return pattern.match(said) or pattern.match(_BEFORE.sub("", said, count=1))
