# ruff: noqa: RUF001 - names in their own scripts
"""Names of months as banks write them in dates, by language: in full with a trailing 1, and shortened."""

from typing import Final

_NAMES: Final = """
    en Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
    en1 January February March April May June July August September October November December
    de Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez
    de1 Januar Februar März April Mai Juni Juli August September Oktober November Dezember
    fr janv févr mars avr mai juin juil août sept oct nov déc
    fr1 janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    es ene feb mar abr may jun jul ago sep oct nov dic
    es1 enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    pt jan fev mar abr mai jun jul ago set out nov dez
    pt1 janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    it gen feb mar apr mag giu lug ago set ott nov dic
    it1 gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    nl jan feb mrt apr mei jun jul aug sep okt nov dec
    nl1 januari februari maart april mei juni juli augustus september oktober november december
    pl sty lut mar kwi maj cze lip sie wrz paź lis gru
    pl1 stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
    da jan feb mar apr maj jun jul aug sep okt nov dec
    sv1 januari februari mars april maj juni juli augusti september oktober november december
    ro ian feb mar apr mai iun iul aug sep oct nov dec
    tr Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara
    tr1 Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık
    ru1 января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    ru янв фев мар апр май июн июл авг сен окт ноя дек
    uk1 січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
"""
MONTHS: Final = {line.split()[0]: tuple(line.split()[1:]) for line in _NAMES.strip().splitlines()}
"""By a name of the list; ``en`` is the default of the layout language."""
