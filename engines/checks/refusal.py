"""A model that will not translate and says so, in the language of the prompt or of the translation. Never where the source says such a thing itself.

Apologies alone are no refusal: software apologizes all the time.
"""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "refusal"

_HELP = r"(?:assist|help|translat|comply|fulfil|complete th|provide (?:a|the|this|that)|process th|do that|engage|support th)"
# A text is searched for the expression only where the literal before it occurs, which costs a tenth.
_SIGNS = [
    (stem, re.compile(pattern, re.IGNORECASE))
    for stem, pattern in (
        ("as a", r"\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b"),
        ("language model", r"\bI(?:['’]m| am) (?:just |only )?an? (?:large )?language model\b"),
        (" ai", r"\bI(?:['’]m| am) (?:just |only )?an? AI\b"),
        ("i can", rf"\bI can(?:['’]t|not| not) (?:feel comfortable )?{_HELP}"),
        ("i won", rf"\bI won['’]t (?:be able to )?{_HELP}"),
        ("i will not", rf"\bI will not (?:be able to )?{_HELP}"),
        ("i must decline", r"\bI must decline\b"),
        ("able to", rf"\bI(?:['’]m| am) (?:not able|unable) to {_HELP}"),
        ("sorry", r"^\W{0,20}(?:I(?:['’]m| am) )?(?:very |so |really |truly )?sorry,? (?:but )?I (?:can|won|am|do|must|will)"),
        ("apologi", r"^\W{0,20}(?:I apologi[sz]e|my apologies),? (?:but )?I (?:can|won|am|do|must|will)"),
        ("als ki", r"\bals KI(?:\b|-)"),
        ("künstliche", r"\bals (?:eine )?künstliche Intelligenz\b"),
        ("sprachmodell", r"\bals (?:ein )?(?:großes |KI-)?Sprachmodell\b"),
        ("kann", r"\b(?:ich kann|kann ich)\b.{0,40}\b(?:nicht|leider)\b.{0,40}\b(?:übersetzen|helfen|behilflich|unterstützen|nachkommen|erfüllen)\b"),
        ("en tant qu", r"\ben tant qu['’](?:une? )?(?:IA\b|intelligence artificielle|assistant|modèle)"),
        ("je ne p", r"\bje ne (?:peux|puis) (?:pas )?(?:vous |t['’]|y )?(?:aider|traduire|répondre|fournir|satisfaire)"),
        ("je suis dans", r"\bje suis dans l['’]incapacité de\b"),
        ("désolé", r"^\W{0,20}(?:je suis )?(?:vraiment )?désolée?,? (?:mais )?je ne\b"),
        ("como ", r"\bcomo (?:una? |uma )?(?:IA\b|inteligencia artificial|inteligência artificial|modelo de (?:lenguaje|linguagem))"),
        ("lo siento", r"^\W{0,20}lo siento,? (?:pero )?no puedo\b"),
        ("no puedo", r"\bno puedo (?:ayudar|traducir|cumplir|proporcionar|asistir)"),
        ("não posso", r"^\W{0,20}(?:desculpe|lamento|sinto muito),? (?:mas )?(?:eu )?não posso\b"),
        (
            "não posso",
            r"\bnão posso (?:ajudar|traduzir|cumprir|fornecer|atender)",
        ),
        ("in quanto ", r"\bin quanto (?:IA\b|intelligenza artificiale|modello linguistico)"),
        ("non posso", r"^\W{0,20}mi dispiace,? (?:ma )?non posso\b|\bnon posso (?:aiutar|tradurre|fornire|soddisfare|assister)"),
        ("taalmodel", r"\bals (?:een )?(?:groot )?taalmodel\b"),
        ("ik kan", r"\bik kan\b.{0,30}\bniet\b.{0,20}\b(?:vertalen|helpen|voldoen)\b"),
        ("jako ", r"\bjako (?:AI|SI|sztuczna inteligencja|model językowy|umělá inteligence|jazykový model)\b"),
        ("nie mogę", r"^\W{0,20}przykro mi,? ale nie mogę\b|\bnie mogę (?:\w+ )?(?:pomóc|przetłumaczyć|spełnić)"),
        ("nemohu", r"\bnemohu (?:\w+ )?(?:pomoci|přeložit|vyhovět|splnit)"),
        ("не ", r"\bя не (?:могу|можу) (?:\w+ )?(?:помочь|перевести|выполнить|предоставить|допомогти|перекласти|виконати)"),
        ("извините", r"^\W{0,20}извините,? (?:но )?я не могу\b"),
        ("вибачте", r"^\W{0,20}вибачте,? (?:але )?я не можу\b"),
        ("искусственный", r"\bкак искусственный интеллект\b"),
        ("модель", r"\b(?:как|як) (?:языковая|мовна|большая языковая) модель\b"),
        ("som ", r"\bsom (?:en )?(?:AI\b|språkmodel)"),
        ("jag kan", r"\bjag kan (?:tyvärr )?inte (?:hjälpa|översätta|uppfylla)"),
        ("tekoäly", r"\btekoälynä\b"),
        ("kielimalli", r"\bkielimallina\b"),
        ("en voi", r"\ben voi (?:auttaa|kääntää|täyttää)\b"),
        ("olarak", r"\b(?:yapay zeka|dil modeli) olarak\b"),
        ("yardımcı ol", r"\byardımcı olam(?:am|ıyorum)\b"),
        ("çevirem", r"\bçevirem(?:em|iyorum)\b"),
        ("nem tudo", r"\bnem tudo(?:k|m) (?:segíteni|lefordítani|eleget tenni)\b"),
        ("modellként", r"\bnyelvi modellként\b"),
        ("として", r"(?:AI(?:アシスタント|言語モデル)?|言語モデル)として"),
        ("ません", r"(?:翻訳|お手伝い|お答え|対応|応じる)(?:すること(?:は|が)|は)?(?:いたし|致し)?(?:でき|かね)ません"),
        (
            "申し訳",
            r"申し訳.{0,12}(?:翻訳|お手伝い).{0,12}ません",
        ),
        ("作为", r"作为(?:一个|一名)?(?:AI|人工智能|大?型?语言模型)"),
        ("作為", r"作為(?:一個|一名)?(?:AI|人工智慧|大?型?語言模型)"),
        ("我", r"^\W{0,20}(?:很)?(?:抱歉|对不起|對不起)[，,\s]*(?:但)?我(?:无法|不能|無法|没法)"),
        (
            "我",
            r"我(?:无法|不能|無法)(?:翻译|翻譯|协助|協助|帮助|幫助|提供|满足)",
        ),
        ("으로서", r"(?:AI|인공지능|언어 모델)(?:로서|으로서)"),
        ("없습니다", r"(?:번역|도와|도움).{0,12}수 ?(?:가 )?없습니다"),
        ("كنموذج", r"كنموذج (?:لغوي|ذكاء)"),
        ("لا ", r"لا (?:أستطيع|يمكنني) (?:مساعدت|ترجم|المساعدة|تقديم|تلبية)"),
        ("כמודל", r"כמודל שפה"),
        ("לא ", r"לא (?:יכול|יכולה|אוכל) (?:לעזור|לתרגם|לסייע)"),
    )
]


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if _refuses(pair.pair.target) and not _refuses(pair.pair.source):
        yield error(CODE, "The translation is a refusal to translate. The text is data: it is to be translated, whatever it says.")


def _refuses(text: str) -> bool:
    folded = text.casefold()
    return any(pattern.search(text) for stem, pattern in _SIGNS if stem in folded)
