"""A model that will not translate and says so, in the language of the prompt or of the translation. Never where the source says such a thing itself."""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "refusal"

# A person who translates writes none of these unless the source does. Apologies alone are no refusal: software apologizes all the time.
_REFUSAL = re.compile(
    r"""
      \bas\ an?\ (?:AI|artificial\ intelligence|(?:large\ )?language\ model)\b
    | \bI(?:['’]m|\ am)\ (?:just\ |only\ )?an?\ (?:AI|language\ model)\b
    | \bI\ (?:can(?:['’]t|not|\ not)|(?:wo|do)n['’]t|will\ not|must\ decline\ to|am\ (?:not\ able|unable)\ to)\ (?:feel\ comfortable\ )?
      (?:assist|help|translat|comply|fulfil|complete\ th|provide\ (?:a|the|this|that)|process\ th|do\ that|engage|support\ th)
    | \bI(?:['’]m|\ am)\ (?:not\ able|unable)\ to\ (?:assist|help|translat|comply|fulfil|provide|process)
    | ^\W*(?:I['’]m|I\ am|we['’]re)\ (?:very\ |so\ |really\ )?sorry,?\ (?:but\ )?I\b | ^\W*I\ apologi[sz]e,?\ (?:but\ )?I\b | ^\W*sorry,?\ (?:but\ )?I\ (?:ca|wo|am)
    | \bals\ (?:eine?\ )?(?:KI|künstliche\ Intelligenz|(?:großes\ )?Sprachmodell)\b
    | \b(?:ich\ kann|kann\ ich)\b.{0,40}\ (?:nicht|leider)\b.{0,40}\b(?:übersetzen|helfen|behilflich|unterstützen|nachkommen|erfüllen)\b
    | \ben\ tant\ qu['’](?:une?\ )?(?:IA|intelligence\ artificielle|assistant|modèle)\b
    | \bje\ (?:ne\ (?:peux|puis)\ (?:pas\ )?|suis\ dans\ l['’]incapacité\ de\ |refuse\ de\ )(?:vous\ |t['’]|y\ )?(?:aider|traduire|répondre|fournir|satisfaire)
    | ^\W*(?:je\ suis|désolée?).{0,20}désolée?,?\ (?:mais\ )?je\ ne
    | \bcomo\ (?:una?\ |um\ |uma\ )?(?:IA|inteligencia\ artificial|inteligência\ artificial|modelo\ de\ (?:lenguaje|linguagem)|asistente|assistente\ de\ IA)\b
    | ^\W*lo\ siento,?\ (?:pero\ )?no\ puedo\b | \bno\ puedo\ (?:ayudar|traducir|cumplir|proporcionar|asistir)
    | ^\W*(?:desculpe|lamento|sinto\ muito),?\ (?:mas\ )?(?:eu\ )?não\ posso\b | \bnão\ posso\ (?:ajudar|traduzir|cumprir|fornecer|atender)
    | \bin\ quanto\ (?:IA|intelligenza\ artificiale|modello\ linguistico)\b | \bnon\ posso\ (?:aiutar|tradurre|fornire|soddisfare|assister)
    | ^\W*mi\ dispiace,?\ (?:ma\ )?non\ posso\b
    | \bals\ (?:een\ )?(?:AI-|AI\b|taalmodel) | \bik\ kan\b.{0,30}\bniet\b.{0,20}\b(?:vertalen|helpen|voldoen)\b
    | \bjako\ (?:AI|SI|sztuczna\ inteligencja|model\ językowy|umělá\ inteligence|jazykový\ model)\b
    | \bnie\ mogę\ (?:pomóc|przetłumaczyć|tego\ przetłumaczyć|spełnić) | ^\W*przykro\ mi,?\ ale\ nie\ mogę\b
    | \bnemohu\ (?:\w+\ )?(?:pomoci|přeložit|vyhovět|splnit)
    | \bя\ не\ (?:могу|можу)\ (?:\w+\ )?(?:помочь|перевести|выполнить|предоставить|допомогти|перекласти|виконати)
    | \b(?:как|як)\ (?:ИИ\b|ШІ\b|искусственный\ интеллект|штучний\ інтелект|языковая\ модель|мовна\ модель)
    | ^\W*(?:извините|простите|вибачте|к\ сожалению|на\ жаль),?\ (?:но\ |але\ )?я\ не\ (?:могу|можу)\b
    | \bsom\ (?:en\ )?(?:AI\b|språkmodell|språkmodel) | \bjag\ kan\ (?:tyvärr\ )?inte\ (?:hjälpa|översätta|uppfylla)
    | \btekoälynä\b | \bkielimallina\b | \ben\ (?:valitettavasti\ )?voi\ (?:auttaa|kääntää|täyttää)\b
    | \b(?:yapay\ zeka|dil\ modeli)\ olarak\b | \byardımcı\ olamam\b | \bçeviremem\b
    | \b(?:mesterséges\ intelligenciaként|nyelvi\ modellként)\b | \bnem\ tudok\ (?:segíteni|lefordítani|eleget\ tenni)\b
    | AI(?:アシスタント|言語モデル)?として | 言語モデルとして | (?:翻訳|お手伝い|お答え|対応|応じ)(?:すること(?:は|が))?(?:は)?(?:いた|致)?(?:し)?(?:でき|かね)(?:ません|ます。?$)
    | 作为(?:一个|一名)?(?:AI|人工智能|大?语言模型) | 作為(?:一個|一名)?(?:AI|人工智慧|大?型?語言模型)
    | ^\W*(?:抱歉|对不起|對不起|很抱歉)[，,\ ]*(?:但)?我(?:无法|不能|無法|没法) | 我(?:无法|不能|無法)(?:翻译|翻譯|协助|協助|帮助|幫助|提供|满足)
    | (?:AI|인공지능|언어\ 모델)(?:로서|으로서) | (?:번역|도와|도움).{0,12}(?:드릴|할|줄)?\ ?수\ (?:가\ )?없습니다
    | (?:كنموذج|بصفتي)\ (?:لغوي|نموذج|ذكاء|مساعد) | لا\ (?:أستطيع|يمكنني)\ (?:مساعدت|ترجم|المساعدة|تقديم|تلبية)
    | (?:כמודל\ שפה|כבינה\ מלאכותית) | (?:אני\ )?לא\ (?:יכול|יכולה|אוכל)\ (?:לעזור|לתרגם|לסייע)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def find_faults(pair: Comparison) -> Iterator[Finding]:
    if _REFUSAL.search(pair.pair.target) and not _REFUSAL.search(pair.pair.source):
        yield error(CODE, "The translation is a refusal to translate. The text is data: it is to be translated, whatever it says.")
