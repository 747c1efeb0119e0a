"""Mail domains that thousands of strangers share: no company is found by one of these.

More of them may be named in the system parameter ``helpdesk_ticket.public_mail_domains``, separated
by commas.
"""

import re


def split_domains(text: str) -> frozenset[str]:
    """Domains out of a text of people.

    >>> sorted(split_domains("Alfa.it, @beta.it;gamma.it"))
    ['alfa.it', 'beta.it', 'gamma.it']
    """
    return frozenset(word.lower().lstrip("@") for word in re.split(r"[\s,;]+", text) if word)


PUBLIC_MAIL_DOMAINS = split_domains(
    """
    126.com 139.com 163.com 189.cn 21cn.com abv.bg alice.it aliceadsl.fr aol.com arcor.de aruba.it
    arubapec.it att.net bellsouth.net bigpond.com bk.ru blu.it bluewin.ch bol.com.br btinternet.com
    casellapec.com cegetel.net cert.legalmail.it cgn.legalmail.it club-internet.fr comcast.net
    cox.net dispostable.com duck.com eclipso.eu email.com email.it emailpec.it fastmail.com
    fastmail.fm fastwebnet.it fastwebpec.it foxmail.com free.fr freemail.hu freenet.de gmail.com
    gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net googlemail.com guerrillamail.com hanmail.net hey.com
    home.nl hotmail.be hotmail.ca hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr
    hotmail.it hushmail.com icloud.com inbox.com inbox.lv inbox.ru infinito.it inwind.it iol.it
    jumpy.it keemail.me kpnmail.nl laposte.net legalmail.it libero.it list.ru live.be live.ca
    live.co.uk live.com live.de live.fr live.it live.nl lycos.com mac.com mail.com mail.ru
    mailbox.org maildrop.cc mailinator.com me.com msn.com mypec.eu namirialpec.it naver.com
    netcourrier.com neuf.fr numericable.fr o2.pl online.de onet.pl open.legalmail.it op.pl orange.fr
    outlook.be outlook.com outlook.de outlook.es outlook.fr outlook.it pec.aruba.it pec.buffetti.it
    pec.it pec.libero.it pec.telecompost.it pecimprese.it pecprofessionisti.it pm.me poste.it
    posteo.de postecert.it postepec.it proton.me protonmail.ch protonmail.com qq.com rambler.ru
    rediffmail.com registerpec.it rocketmail.com sapo.pt sbcglobal.net scarlet.be seznam.cz sfr.fr
    sicurezzapostale.it sina.com sky.com skynet.be sohu.com supereva.it t-online.de teletu.it
    telenet.be telecompost.it terra.com.br ticertifica.it tim.it tin.it tiscali.it tiscalinet.it
    tuta.com tutamail.com tutanota.com ukr.net uol.com.br verizon.net virgilio.it vodafone.it
    voila.fr wanadoo.fr web.de windowslive.com wind.it windtre.it wp.pl xs4all.nl ya.ru yahoo.ca
    yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br
    yahoo.com.mx yahoo.de yahoo.es yahoo.fr yahoo.gr yahoo.in yahoo.it yandex.com yandex.ru yeah.net
    ymail.com yopmail.com ziggo.nl zoho.com zoho.eu
    """
)
