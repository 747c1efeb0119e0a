"""Words with which people ask, whatever they ask about: "come posso fare", "how do I".

The stemmers know some as stop words; these are left. They are rare in solutions, where nobody asks,
so that rarity alone would take them for what matters. They count, but less.
"""

_LISTS = {
    "it": """
        che chi come cosa cos dove perche perché perchè quale quali qual quando quanta quante quanti
        quanto
        bisogna deve devo devono dobbiamo dovrei dovrebbe posso possiamo possono può puo poter
        potete potrei potremmo
        vorrei vorremmo voglio vogliamo vuole desidero desidererei gradirei serve servono occorre
        necessario possibile
        fa faccio fai fanno far fare farmi farsi fatto fatta fate facciamo
        avere ho ha hanno abbiamo avete aver essere e è sono sia stata stato viene vengono
        sapere sapete so sa conoscere capire chiedere chiedo significa riesco riesce riesci
        riusciamo riuscire
        buongiorno buonasera ciao salve grazie gentilmente cortesemente favore prego aiuto aiutarmi
        aiutatemi informazioni info
    """,
    "en": """
        how what when where which who whom whose why is are was were be been am do does did done
        doing
        can could may might must should shall will would need needs want wants like have has had get
        gets getting got
        know find figure tell explain ask asking question help please thanks thank hello hi dear
        possible way ways best make there any anyone somebody someone something try tried trying
    """,
    "de": """
        was wann warum wer wie wieso wo woher wohin welche welcher welches wozu
        ist sind bin war sein habe hat haben hatte werden wird wurde kann können konnte könnte muss
        müssen soll sollte darf dürfen möchte will wollen
        machen mache macht gibt geht tun wissen weiß finde finden brauche braucht
        bitte danke hallo hilfe möglich guten tag frage
    """,
    "fr": """
        comment combien où pourquoi quand que quel quelle quelles quels qui quoi est sont être suis
        était
        ai a avez avoir ont avons fait faire fais faites faut dois doit devoir devrais peut peux
        pouvez pouvoir pourrais puis
        veux veut vouloir voudrais souhaite savoir sais connaître trouver trouve besoin
        bonjour bonsoir salut merci aide aider possible plaît svp question
    """,
}
ASKING_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}


def is_asking(word: str, language: str) -> bool:
    """
    >>> is_asking("vorrei", "it"), is_asking("caldaia", "it"), is_asking("vorrei", "nl")
    (True, False, False)
    """
    return word in ASKING_WORDS.get(language, ())
