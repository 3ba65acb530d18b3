"""What a model adds around a translation: an announcement before it, a note after it, a code fence or quotation marks around it.

Never where the source has such a thing itself.
"""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "chatter"

_BEFORE = re.compile(
    r"""
    [\s"'*_\#>`(\[]{0,20}
    (?:
        (?:(?:sure|certainly|of\ course|okay|ok|absolutely|great)\b[!,.:\s]{0,3})?
        (?:here(?:['’]s|\ is|\ are|\ you\ go)\b.{0,40}\b(?:translat|version|localiz)\w*.{0,50}?[:\n]
          |(?:the\ |my\ )?(?:translation|translated\ (?:text|version|string)|localized\ (?:text|version))\b.{0,40}?(?::|\ is\b))
      | (?:sure|certainly|of\ course|absolutely)[!,.]\ (?:here|i['’]|let\ me|the)\b
      | (?:natürlich|gerne|klar|sicher)?[!,.\s]{0,3}(?:hier\ (?:ist|sind|kommt).{0,20}|die\ )?(?:übersetzung|übersetzter\ text|übersetzt)\b.{0,40}?:
      | (?:bien\ sûr|d['’]accord|certainement)?[!,.\s]{0,3}(?:voici\ |voilà\ )?(?:la\ )?(?:traduction|texte\ traduit)\b.{0,40}?:
      | (?:claro|por\ supuesto|certo)?[!,.\s]{0,3}(?:aquí\ (?:está|tiene[sn]?)\ |aqui\ está\ |ecco\ )?(?:la\ |a\ )?
        (?:traducción|tradução|traduzione|texto\ traducido|texto\ traduzido|testo\ tradotto)\b.{0,40}?:
      | (?:hier\ is\ )?(?:de\ )?vertaling\b.{0,40}?:
      | (?:oto\ )?(?:tłumaczenie|přetłumaczony\ tekst|przetłumaczony\ tekst)\b.{0,40}?: | (?:zde\ je\ )?překlad\b.{0,40}?:
      | (?:конечно|разумеется|звичайно)?[!,.\s]{0,3}(?:вот\ |ось\ )?(?:перевод|переклад)\b.{0,40}?:
      | (?:här\ är\ |her\ er\ )?(?:översättning(?:en)?|oversettelse(?:n)?|oversættelse(?:n)?)\b.{0,40}?:
      | (?:tässä\ on\ )?käännös\b.{0,40}?: | (?:işte\ )?çeviri(?:si)?\b.{0,40}?: | (?:íme\ a\ )?(?:a\ )?fordítás\b.{0,40}?:
      | (?:以下(?:は|が|是|為).{0,12})?(?:翻訳|訳文|翻译|译文|翻譯|譯文)(?:結果|结果|文|内容|如下)?(?:です|は次の通りです)?[:：。]
      | (?:다음은\ .{0,20})?(?:번역|번역문|번역\ 결과)(?:입니다|은\ 다음과\ 같습니다)?\s?[:：.]
      | (?:إليك\ |هذه\ )?(?:ال)?ترجمة\b.{0,30}?: | (?:הנה\ |להלן\ )?(?:ה)?תרגום\b.{0,30}?:
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""
    [\n(\[]\W{0,4}(?:translator['’]s\ |translation\ )?
      (?:notes?|explanation|anmerkung(?:en)?|hinweis|remarque|nota|uwaga|примечание|примітка|注|註|備考|참고)\s?[:：]
  | \n\W{0,20}(?:please\ )?
      (?:let\ me\ know\ if|feel\ free\ to|i\ hope\ this\ helps|i\ (?:have\ )?(?:kept|left|preserved|translated)\b|would\ you\ like\ me\ to)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# One of these stands in every announcement, near its start.
_KEYWORD_LIST = """
    transl here sure certainly course absolutely version bersetz tradu tradott vertal tłumacz překlad перев перекл översätt overs käänn çevir fordít
    訳 译 譯 翻 번역 ترجم תרגום
"""
_KEYWORDS = tuple(_KEYWORD_LIST.split())
_NEAR = 120  # characters
_PAIRS = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", "”": "”", "'": "'", "‘": "’", "‚": "‘", "`": "`"}
_QUOTES = re.compile("[\"“”„«»「」『』'‘’‚`*]")


def find_faults(pair: Comparison) -> Iterator[Finding]:
    source, target = pair.pair.source, pair.pair.target
    if _announces(target) and not _announces(source):
        yield error(CODE, "The translation begins with words about the translation.")
    elif ("\n" in target or "(" in target or "[" in target) and _AFTER.search(target) and not _AFTER.search(source):
        yield error(CODE, "The translation ends with a note that the text has not.")
    elif "```" in target and "```" not in source:
        yield error(CODE, "The translation stands in a code fence that the text has not.")
    elif target[:1] in _PAIRS and _is_quoted(target) and not _QUOTES.search(source):
        yield error(CODE, "The translation stands in quotation marks that the text has not.")


def _announces(text: str) -> bool:
    start = text[:_NEAR].casefold()
    return any(map(start.__contains__, _KEYWORDS)) and _BEFORE.match(text) is not None


def _is_quoted(text: str) -> bool:
    """Whether one pair of quotation marks stands around the whole."""
    inner = text.strip()
    return len(inner) > 2 and inner[-1] in _PAIRS.get(inner[0], "") and not _QUOTES.search(inner[1:-1].replace("’", ""))
