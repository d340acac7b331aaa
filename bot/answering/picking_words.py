"""The words by which somebody picks a time: what introduces a number, names a day, refuses, asks or hesitates.

Folded (`words.fold`: lower case, no accents, umlauts spelled out). Knows no slots and no sentences (`picking.py`).
"""

from collections.abc import Mapping

from babel.dates import get_day_names, get_month_names

from bot.answering.words import fold


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


def _named(names: Mapping[int, str]) -> dict[str, int]:
    return {fold(name.strip(".")): place for place, name in names.items()}


WEEKDAYS: dict[str, int] = {}
MONTHS: dict[str, int] = {}
for _locale in ("it", "es", "fr", "de", "en"):
    WEEKDAYS |= _named(get_day_names("wide", locale=_locale))
    MONTHS |= _named(get_month_names("wide", locale=_locale))
WEEKDAYS |= _named(get_day_names("abbreviated", locale="en"))
MONTHS |= _named(get_month_names("abbreviated", locale="en"))
WEEKDAYS |= {f"{name}s": day for name, day in WEEKDAYS.items() if name.endswith(("day", "tag", "woch"))}
WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3, "sonnabend": 5}
del WEEKDAYS["mon"]  # French for "my": see SHORT_DAYS
MONTHS |= {"sept": 9, "jaenner": 1, "marz": 3, "okt": 10, "dez": 12, "mrz": 3}
SHORT_DAYS = {"Mo": 0, "Mon": 0, "mon": 0, "Di": 1, "Mi": 2, "Do": 3, "Fr": 4, "Sa": 5, "So": 6}
"""Days only as written so, with a number behind them: some are words of other languages."""
WEEK_ABBREVIATIONS = _set("mon tue tues wed weds thu thur thurs fri sat sun mo di mi do fr sa so")
ABBREVIATIONS = _set("nr no num n numero ca")
"""Words whose full stop ends no sentence, before a number."""
PARTS_OF_HOUR = {
    ("half", "past"): 30,
    ("quarter", "past"): 15,
    ("quarter", "to"): -15,
    ("viertel", "nach"): 15,
    ("viertel", "vor"): -15,
    ("halb",): -30,
}
CHINESE_DAYS = dict(zip("一二三四五六日天", (0, 1, 2, 3, 4, 5, 6, 6), strict=True))

NUMBERS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "eins zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf",
    )
    for number, word in enumerate(words.split(), 1)
}
ORDINALS = {
    word: number
    for words in (
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "erste zweite dritte vierte fuenfte sechste siebte achte neunte zehnte",
        "ersten zweiten dritten vierten fuenften sechsten siebten achten neunten zehnten",
        "erster zweiter dritter vierter fuenfter sechster siebter achter neunter zehnter",
        "erstes zweites drittes viertes fuenftes sechstes siebtes achtes neuntes zehntes",
    )
    for number, word in enumerate(words.split(), 1)
}
HOURS = {
    **dict.fromkeys(("morning", "morgens", "vormittag", "vormittags"), (0, 12)),
    **dict.fromkeys(("afternoon", "nachmittag", "nachmittags"), (12, 18)),
    **dict.fromkeys(("evening", "abend", "abends"), (17, 24)),
    **dict.fromkeys(("noon", "midday"), (12, 13)),
}
"""Parts of a day: the first hour, and the one after the last."""
ZONES = {"cet": ("mez",), "cest": ("mesz",), "gmt": ("utc",), "utc": ("gmt",)}
"""Other names of a clock."""

STRONG = _set(
    "slot slots timeslot timeslots termin termine zeitfenster time option appointment",
    "creneau creneaux horario cita turno fascia orario",
)
"""Introduce a number as that of a slot, whatever else is said."""
WEAK = _set("number numbers no nr nummer num numero n choice variante")
"""The same, unless a word stands before them that says of what the number is."""
IS = _set("is ist the der das den le el il would be waere")
COUNTERS = _set("号 號 个 個 次")
AT = _set("at um gegen alle las")
OF_DAY = _set("on am the den der", "le el il dem")
SLOT_NOUNS = STRONG | _set("one ones")
JOINTS = _set("or and oder und ou et o y e bzw sowie")
PLURALS = _set("slots times timeslots options termine zeiten zeitfenster appointments creneaux horarios")
"""Behind a number they count: "3 slots"."""
TO = _set("to till until bis a - – —")
FROM = _set("from von vom of")
TOWARDS = _set("to auf zu zum nach into onto")
CHANGES = _set(
    "move moving change changing switch swap reschedule postpone verschieben verlegen wechseln aendern tauschen",
    "umbuchen changer cambiar spostare",
)

NEGATIONS = _set(
    "not t no nor none neither never cannot cant dont doesnt unable except without",
    "don doesn isn won wouldn couldn didn aren wasn",
    "unavailable impossible busy conflict conflicts clash clashes collide collides overlap overlaps unfortunately excluding",
    "nicht kein keine keinen keiner keinem nein nie weder ausser leider unmoeglich kollidiert verhindert ungern ohne",
    "cancel cancelled drop delete remove withdraw decline refuse stornieren streichen loeschen zurueckziehen annuler cancelar",
    "ueberschneidet absagen schlecht unpassend bad badly inconvenient difficult",
    "pas ne non sauf impossible aucun ni jamais malheureusement rien",
    "tampoco ninguno ninguna nunca excepto salvo imposible nada",
    "tranne eccetto nessuno purtroppo mai impossibile niente eccetto",
    "不 没 別 别 非 无 除",
)
INSTEAD: frozenset[tuple[str, ...]] = frozenset(
    tuple(phrase.split())
    for phrase in (
        *("instead of", "rather than", "in place of", "statt", "anstatt", "anstelle von"),
        *("au lieu de", "en lugar de", "en vez de", "invece di"),
    )
)
"""What follows is not wanted; what stands before is."""
ALL_BUT = (("anything", "but"), ("everything", "but"), ("all", "but"), ("any", "but"), ("alles", "nur"))
BREAKS = _set("but aber sondern however jedoch because weil denn mais pero ma sino though although doch dafuer")
HEDGES = _set(
    "until till by bis ab between zwischen around",
    "if unless maybe perhaps might either otherwise else whether probably possibly alternatively tomorrow next today",
    "wenn falls vielleicht eventuell evtl entweder sonst ob wahrscheinlich alternativ morgen naechsten naechste heute",
    "ansonsten notfalls hopefully before after vor nach since seit except",
    "si peut etre demain sinon quizas tal vez manana forse se domani altrimenti",
)
SOFT: frozenset[tuple[str, ...]] = frozenset(
    tuple(phrase.split())
    for phrase in (
        *(
            "if possible",
            "if still possible",
            "if it is possible",
            "if still free",
        ),
        *(
            "if still available",
            "if it is still free",
            "if it is still available",
            "if that is possible",
        ),
        *(
            "if available",
            "if free",
            "if i may",
            "wenn moeglich",
        ),
        *(
            "falls moeglich",
            "wenn es geht",
            "wenn noch frei",
            "falls noch frei",
        ),
        *(
            "wenn das geht",
            "wenn ich darf",
            "si possible",
            "s il vous plait",
        ),
        *(
            "si es posible",
            "se possibile",
            "no problem",
            "kein problem",
        ),
        *(
            "good morning",
            "good afternoon",
            "good evening",
            "guten morgen",
        ),
        *("guten abend",),
    )
)
"""Courtesies with a word that would else make a pick unsure."""
ASKING = _set(
    "when where who whom how what why which",
    "wann wo wer wen wie was warum welche welcher welches",
    "quand qui comment quel quelle quoi pourquoi cuando donde quien como cual dove chi perche quando quale",
)
"""At the beginning of a sentence."""
WONDERING = _set(
    "wonder wondering know ask asking question questions wissen frage fragen savoir saber sapere 吗 嗎 什 何 哪 几 谁"
)
"""Anywhere in it."""
REQUESTING = _set(
    "take have book reserve get choose pick move change switch schedule reschedule put",
    "nehmen haben buchen bekommen waehlen reservieren wechseln tauschen verschieben verlegen eintragen umbuchen",
    "prendre avoir reserver choisir tomar reservar elegir prendere prenotare scegliere 选 選 要 订 约",
)
"""Make a question a pick: can I have this one?"""
PROPOSING = (("how", "about"), ("what", "about"), ("wie", "waere"), ("wie", "ist", "es", "mit"))
FREE = _set(
    "free available possible open frei verfuegbar moeglich libre disponible posible libero possibile geht ginge"
)

CHOOSING = _set(
    "take taking taken choose choosing chosen pick picking prefer book booking reserve select like want confirm please",
    "come love suits works fits suit fit fine good best perfect great ideal ok okay get schedule put go going convenient pls",
    "nehme nehmen naehme genommen waehle waehlen gewaehlt bevorzuge buche buchen reservieren reserviere moechte haette",
    "gern gerne bitte passt passen passend gut prima super perfekt ideal entscheide bestaetige wuensche bekommen",
    "eintragen trage wunschtermin lieber lieben recht will",
    "prends prendre choisis choisir prefere voudrais reserver convient parfait veux plait",
    "elijo elegir prefiero quiero quisiera tomo reservar favor perfecto escojo gustaria",
    "scelgo scegliere prenderei prendo preferisco vorrei prenotare favore va bene",
    "选 選 要 订 訂 约 約 请 請",
)
POLITE = _set(
    "please pls fine good best great ok okay happy get will convenient schedule put",
    "bitte gern gerne gut prima super lieb recht moechte haette plait favor favore va",
)
"""Those of them that also stand where something else is asked for."""
CHOOSING |= CHANGES | _set("change move")
FILLERS = _set(
    "i a an the have has got one it is this that those these my me mine you your yours we us our would will could can may d ll m s be",
    "to for at on in of and or with then so just only also very much well number from as am sure yes yep yeah still now",
    "work thank thanks thx many lot hello hi hey dear sir madam team committee all everyone best kind regards sincerely",
    "cheers greetings good morning afternoon evening day date clock oclock hour o choice decision option by there here",
    "date pm do make both possible free available open slot time zone local happy",
    "interviewtermin interview gespraech vorstellungsgespraech uhr sehr geehrte geehrter damen herren guten tag hallo moin",
    "liebe lieber liebes viele gruesse gruss freundliche freundlichen mit besten dank danke beide haben herzlichen beste herzliche mfg",
    "ich mich mir wir uns der die das den dem des ein eine einen einem einer es ist waere am um an im in fuer von vom zu",
    "zum zur und oder auch noch dann so ja da dies diese diesen dieser wuerde koennte kann koennten sie ihr ihre ihrer",
    "mein meine meiner meinen wahl zeit zeiten nur sehr vielen auf habe haette frei moeglich verfuegbar nach mal nun",
    "je le la les l un une de du des et ou a au pour moi merci bonjour bonsoir cordialement sil vous s il numero va me",
    "heure heures convient creneau matin j ai bien oui c est suis d accord ce te",
    "yo el los las un una de y o por para hola gracias saludos buenos dias hora horas opcion me si es va bien del mi",
    "io il lo gli uno di e per ciao grazie saluti buongiorno ore ora opzione numero mi si va alle della del dalle ok",
    "我 想 第 个 個 号 號 时 時 间 間 段 的 吧 了 好 是 那 这 就 谢 謝 你 您 点 點 们 們 早 上 下 午 可 以 预 預 选 项 項 用 在 次",
    "about how what wie mit es uhrzeit termins regard respectfully faithfully esteemed",
    "slots nochmal erneut lg vg bg br",
)
INTERVIEW = _set("interview interviews gespraech vorstellungsgespraech interviewtermin entretien entrevista colloquio")
"""Also told of where nothing is picked ("my interview is on Tuesday"): a word of choice must stand beside them."""
KNOWN = frozenset[str]().union(
    *(STRONG, WEAK, IS, COUNTERS, AT, OF_DAY, JOINTS, TO, FROM, TOWARDS, NEGATIONS, BREAKS, HEDGES, FREE, CHOOSING),
    *(FILLERS, INTERVIEW, HOURS, ORDINALS, NUMBERS),
)
"""Words of a message that says nothing but which time it wants."""
MINE = frozenset(
    {(my, time) for my in ("my", "local") for time in ("time", "clock", "local", "zone", "timezone")}
    | {("meine", "zeit"), ("meiner", "zeit"), ("meiner", "zeitzone"), ("bei", "mir")}
)
YOURS = frozenset(
    {("your", time) for time in ("time", "clock", "local", "zone", "timezone")}
    | {("ihre", "zeit"), ("ihrer", "zeit"), ("ihrer", "zeitzone"), ("bei", "ihnen")}
)
"""Whose clock is meant."""
