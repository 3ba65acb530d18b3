"""What endings the words of a language take, for `engines.inflection`: written folded (no diacritics, no doubled letters).

`term` lists what a dictionary form may lose, `word` what an inflected form may have in its place. Wide on purpose: a form that is not recognized is a
false alarm on every text that has it, a word wrongly taken for a form is one missed reminder.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endings:
    term: re.Pattern[str]
    word: re.Pattern[str]
    shortest_stem: int = 2

    def are_rests(self, of_term: str, of_word: str) -> bool:
        return self.term.fullmatch(of_term) is not None and self.word.fullmatch(of_word) is not None


def _listed(term: str, word: str, shortest_stem: int = 2) -> Endings:
    """From endings separated by spaces; no ending is among them."""
    return Endings(re.compile(f"(?:{'|'.join(term.split())})?"), re.compile(f"(?:{'|'.join(word.split())})?"), shortest_stem)


def _built(term: str, word: str, shortest_stem: int = 2) -> Endings:
    return Endings(re.compile(term), re.compile(word), shortest_stem)


_ENGLISH = _listed(
    "e y f fe",
    "s es ed d ing er ers ies ied ves ion ions",
)
_GERMAN = _listed(
    "e en n er o um us a em es is el eln ern",
    """
    e en n er ern em es s ns a as o os ien us usen innen inen in et t te ten tet test st est end ende enden ender endes endem ung ungen se sen
    ses le les lem len ele elen
    """,
)
_DUTCH = _listed(
    "e en f s n",
    "e en s es n er ers je jes tje tjes pje ven ze zen t te de den ten d",
)
_NORTH_GERMANIC = _listed(
    "a e t en n er el k r ra o d",
    """
    a e t en n er s es et ets ens na nas ar ars are arna arnas ers erna ernas or ors orna ornas ns ene enes ne nes ker kerna kerne cker ckerna
    ts ade at ad as te de r rs le la len lar larna ler lerne ma men met ta da on ona mers
    """,
)
_ROMANCE = _listed(
    "a o e i ar er ir re are ere ire oir z l m n u au al el ol ul ao on or us eur eux if f c co go car gar gir zar que io ia cio ca ga r s",
    """
    a o e i s as os es is us x ux l eau elle eles ele le les lle aux eux rice rices euse euses ive ives ces ns ais eis ois uis oes aes aos
    ores oras he hi ja jas jan jo is ise isez isons isent isant iso ci gi ie ye ado ada ados adas ido ida idos idas ato ata ati ate uto uta
    uti ute ito ita iti ite ando endo iendo ant ants
    ante antes anti ente amos emos imos iamo iate ete ez ons ent ont ait aient era erai eras erez erons eront ai ar er ir ira iran ire aron
    ieron ou aram iu eu io ara aremos eremos iremos aran eran are ere an en on in no em am que ques quen quemos ce cen gue guen guemos ue ues
    uen ee ees ies u r rs ra ras res ri re rse te ta to ti mos n t
    """,
)
_EAST_SLAVIC = _listed(
    """
    а я ь и ы о е у ю ии ыи ои еи ая яя ое ее ые ие ия ть ать ить еть ять уть ти ка ити ати іти яти ути ки ики ок ек ик к ец ця ци ння ення
    ься тися ться ость ист
    """,
    """
    а я ы и і у ю е є о ь ои еи ею ою ию ом ем ам ям ами ями ах ях ов ев ів їв ии ыи ая яя ую юю ое ее ые ие ія ия ием иях иям иями ого его
    ому ему им ым их ых ими ыми ть ти ла ло ли л в на но ны н ен ена ено ены лен лена лено лени лены лю ит ите ить ят ать ут ют ет ете ешь ишь
    ивши вши ок ек ик ка ки ку
    ке кои ці ця цю цем ове ові еві єві єм єю іх оі еі єі іи єть ень ни нь ей ну нам нах нями ньою ені ань ана ані ім ні ньому ьи ья ье ью ьем
    ьям ьях ьями ностью
    """,
    1,
)
_POLISH = _listed(
    "a o e y i c ac ec ic yc ek k ka ko ta to da do ra ro la lo ga go ie ia io um ci r t d l g ch j n nie ny na ne",
    """
    a e i o u y om ow em ie iem ia iu io ach iach ami iami mi owi iowi owie ego iego emu iemu ej iej ym im ych ich ymi imi ze rze dze ce cie
    ci dzi dzie sie szy cy ki ku ka ke kow kom kami kach kiem le li l la lo lem ly laby j ja je jmy jcie my sz ac al ala ali aly ano any ana
    ane es mu ecie ien nej nym nych nia niem niu
    """,
)
_CZECH = _listed(
    "a o e y i u k ka ko ek ec ce t at et it out ouva uva va r l ta to n ost um st",
    """
    a e i o u y em ech ich ach um im am ami emi mi ou ovi ove eho emu ho mu ym ych ymi ce ci ku ky ka ze ru re te ti di ni nich imi ek ok uv
    uvy ev l la lo li ly al ala ali en ena eno eny an ana ano any me jte j uj uje ujte uji s is es as at it eti os ost
    """,
)
_FINNISH = _built(
    r"(?:[aeiouy]{1,2}|[aeiouy]?[nstr]|[kptj][aeiouy]?|[kptn]?[aeiouy]|nen)?",
    r"(?:kse|ks|kk|k|m|t|d|v|p|s|st)?[aeiouy]{0,3}j?[aeiouy]{0,2}"
    r"(?:n|t|ta|sa|sta|h[aeiouy]n|sen|sin|la|lta|le|na|ksi|ten|den|jen|ien|nut|tu|ty|tan|[aeiouy]n)?(?:ni|si|nsa|me|mme|ne|nne)?(?:kin|kan|ko|han|pa)?",
)
_HUNGARIAN = _built(r"[aeiouszyk]?", r"(?:av|cs|c|v)?[a-z]{0,8}")
_TURKISH = _built(
    r"(?:[ktpc]|s?[iu]|mak|mek)?",
    r"(?:[gbdckt])?(?:l[ae]r|[iu]?m[iu]z|[iu]?n[iu]z|s[iu]n?|[iu]n|[iu]m|n[iu]n|n[iu]|y?[iuae]|n?[dt][ae]n?|y?l[ae]|l[iu]k?|s[iu]z|c[iuae]|m[ae]k?|d[iu]r?|ki|y?[iu]p|yor|[mnyr])*",
)
_ARABIC = _listed(
    "ت ه ي",
    "ت ات ان ين ون ي ك ه ها هم هن كم كن نا تان تين تي تك ته تها تهم تكم تنا ا يه يت ني وا",
)
_HEBREW = _listed(
    "ה ת י",
    "ה ת ות ים י ימ יה יכ כ ו נו יהמ כמ המ הנ תי תכ תו תנו תה תכמ ותי ותכ ותיו יות יימ ון",
)
_GREEK = _listed(
    "ος ας ης α η ο ι ω ς σ οσ ασ ησ εσ μα ισ υ",
    "ου ο οι ον ους ων α ας η ης ες ε εις εων ι ια ιου σ οσ ησ ασ εσ ουσ εισ οτητα ματα ματοσ ματων ω ει ουν ετε αμε",
)
_KOREAN = _built(r"", r"[\uac00-\ud7af]{0,4}")

ENDINGS = {
    **dict.fromkeys(("en",), _ENGLISH),
    **dict.fromkeys(("de", "lb"), _GERMAN),
    **dict.fromkeys(("nl", "af", "fy"), _DUTCH),
    **dict.fromkeys(("sv", "da", "nb", "nn", "no", "is", "fo"), _NORTH_GERMANIC),
    **dict.fromkeys(("es", "pt", "fr", "it", "ca", "gl", "ro"), _ROMANCE),
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk"), _EAST_SLAVIC),
    "pl": _POLISH,
    **dict.fromkeys(("cs", "sk", "sl", "hr", "bs"), _CZECH),
    **dict.fromkeys(("fi", "et"), _FINNISH),
    "hu": _HUNGARIAN,
    **dict.fromkeys(("tr", "az"), _TURKISH),
    "ar": _ARABIC,
    "he": _HEBREW,
    "el": _GREEK,
    "ko": _KOREAN,
}
COMPOUNDING = frozenset({"de", "lb", "nl", "af", "fy", "sv", "da", "nb", "nn", "no", "is", "fi", "et", "hu"})
PREFIXES = {
    "ar": ("ال", "و", "ف", "ب", "ك", "ل", "لل", "وال", "بال", "فال", "كال", "ول", "وب"),
    "he": ("ה", "ו", "ב", "ל", "מ", "ש", "כ", "וה", "שה", "מה", "לכ", "כש", "ול", "וב"),
    "cs": ("ne", "nej"),
    "sk": ("ne", "naj"),
    "pl": ("nie", "naj"),
}
_CYRILLIC_VOWEL = (re.compile(r"(?<=[бвгґджзклмнпрстфхцчшщ])[еоэ](?=[бвгґджзклмнпрстфхцчшщ]ь?$)"), "")
_CYRILLIC_I = (re.compile(r"і(?=[бвгґджзиклмнпрстфхцчшщ]ь?$)"), "о")
_CYRILLIC_SOFT = (re.compile(r"ь(?=[бвгґджзклмнпрстфхцчшщ]|$)"), "")
_LATIN_VOWEL = (re.compile(r"(?<=[b-df-hj-np-tv-z])i?e(?=[b-df-hj-np-tv-z]$)"), "")
# Spanish: `cerrar`, `cierra`; `mover`, `mueve`; `pedir`, `pida`.
_SPANISH = (
    (re.compile(r"e(?=[^aeiou]{1,3}[aei]r$)"), "ie"),
    (re.compile(r"o(?=[^aeiou]{1,3}[aei]r$)"), "ue"),
    (re.compile(r"e(?=[^aeiou]{1,2}ir$)"), "i"),
)
FLEETING = {
    "es": _SPANISH,
    "tr": ((re.compile(r"(?<=[b-df-hj-np-tv-z])[iu](?=[b-df-hj-np-tv-z]$)"), ""),),
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk"), (_CYRILLIC_VOWEL, _CYRILLIC_SOFT, _CYRILLIC_I)),
    "pl": ((re.compile("ia(?=[a-z])"), "ie"), _LATIN_VOWEL),
    **dict.fromkeys(("cs", "sk", "sl", "hr", "bs"), ((re.compile("ou"), "u"), _LATIN_VOWEL)),
    **dict.fromkeys(("sv", "da", "nb", "nn", "no"), (_LATIN_VOWEL,)),
}
