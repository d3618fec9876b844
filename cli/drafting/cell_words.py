# ruff: noqa: RUF001 - words in their own scripts
"""Words of many languages that a draft recognizes in cells: only these does it quote, never what else stands there."""

from typing import Final

from cli.drafting.words import Vocabulary

DIRECTIONS: Final = (
    ("debit", "credit"), ("debits", "credits"), ("debited", "credited"), ("dr", "cr"), ("db", "cr"), ("d", "c"),
    ("dbit", "crdt"), ("dr.", "cr."), ("debet", "credit"), ("debet", "kredit"), ("debit", "kredit"), ("d", "k"),
    ("d", "h"), ("debe", "haber"), ("soll", "haben"), ("s", "h"), ("af", "bij"), ("out", "in"),
    ("outflow", "inflow"), ("outgoing", "incoming"), ("money out", "money in"), ("paid out", "paid in"),
    ("expense", "income"), ("withdrawal", "deposit"), ("sent", "received"), ("send", "receive"), ("-", "+"),
    ("débit", "crédit"), ("sortie", "entrée"), ("dépense", "recette"), ("dépense", "revenu"), ("débito", "crédito"),
    ("debito", "credito"), ("cargo", "abono"), ("egreso", "ingreso"), ("gasto", "ingreso"), ("salida", "entrada"),
    ("retiro", "depósito"), ("saída", "entrada"), ("dare", "avere"), ("uscita", "entrata"), ("uscite", "entrate"),
    ("addebito", "accredito"), ("lastschrift", "gutschrift"), ("belastung", "gutschrift"), ("ausgang", "eingang"),
    ("ausgabe", "einnahme"), ("abgang", "zugang"), ("ausgehend", "eingehend"), ("auszahlung", "einzahlung"),
    ("obciążenie", "uznanie"), ("wydatek", "przychód"), ("wydatek", "wpływ"), ("wychodzący", "przychodzący"),
    ("wn", "ma"), ("výdaj", "příjem"), ("odchozí", "příchozí"), ("odchozí platba", "příchozí platba"),
    ("odchádzajúca", "prichádzajúca"), ("výdavok", "príjem"), ("terhelés", "jóváírás"), ("kiadás", "bevétel"),
    ("kimenő", "bejövő"), ("t", "j"), ("debitare", "creditare"), ("plată", "încasare"), ("ieșire", "intrare"),
    ("borç", "alacak"), ("b", "a"), ("gider", "gelir"), ("giden", "gelen"), ("çıkış", "giriş"),
    ("uttag", "insättning"), ("debitering", "kreditering"), ("ut", "in"), ("ut", "inn"), ("ud", "ind"),
    ("utgift", "inntekt"), ("meno", "tulo"), ("otto", "pano"), ("дебет", "кредит"), ("дт", "кт"), ("д", "к"),
    ("расход", "приход"), ("расход", "доход"), ("списание", "зачисление"), ("списание", "поступление"),
    ("исходящий", "входящий"), ("видаток", "надходження"), ("списання", "зарахування"), ("витрата", "дохід"),
    ("支出", "收入"), ("支", "收"), ("借", "贷"), ("借", "貸"), ("借方", "贷方"), ("借方", "貸方"),
    ("出金", "入金"), ("払出", "預入"), ("引出", "預入"), ("支払", "受取"),
    ("出", "入"), ("转出", "转入"), ("支取", "存入"), ("往账", "来账"),
    ("출금", "입금"), ("isplata", "uplata"), ("duguje", "potražuje"),
    ("odliv", "priliv"), ("debetas", "kreditas"), ("debets", "kredīts"), ("deebet", "kreedit"),
    ("χρέωση", "πίστωση"), ("חובה", "זכות"), ("مدين", "دائن"), ("keluar", "masuk"), ("debito", "crédito"),
    ("debito", "credito"), ("ghi nợ", "ghi có"), ("ถอน", "ฝาก"),
    ("dt", "kt"), ("dt", "ct"), ("дебит", "кредит"), ("w", "d"),
)  # fmt: skip
"""For money out and for money in."""

BOOKED: Final = Vocabulary("""
    udfort, utfort, genomford, gennemfort, abgeschlossen, genehmigt, verbucht, terminee, validee, aprobado,
    aprobada, completado, completada, liquidada, aprovada, eseguita, confermata, definitivo, voltooid,
    goedgekeurd, zatwierdzona, dokonceno, schvaleno, sikeres, onaylandi, tamamlandi, tamamlanmis, одобрено,
    завершено, завершен, исполнена, підтверджено, 已支付, 已结算, 正常, 確定, 処理済, toteutunut, completed,
    complete, posted, booked, booked transaction, cleared, settled, success, successful, succeeded, paid,
    executed, done, finished, ok, refunded, partially refunded, processed, confirmed, accepted, approved,
    gebucht, umsatz gebucht, ausgefuhrt, comptabilise, execute, effectue, realizado, realizada, contabilizado,
    ejecutado, efetivada, efetivado, concluido, concluida, eseguito, contabilizzato, completata, uitgevoerd,
    verwerkt, geboekt, zrealizowana, zrealizowano, zaksiegowano, zaksiegowana, wykonano, wykonana, zauctovano,
    zauctovana, realizovana, teljesult, konyvelt, konyvelve, gerceklesti, basarili, выполнено, выполнена,
    исполнено, исполнен, проведено, проведена, успешно, виконано, успішно, 交易成功, 支付成功, 成功, 已完成,
    已入账, 完了, 等待确认收货, 对方已收钱, 已存入零钱, 朋友已收钱, 已转账, 充值完成, 提现已到账, bokfort,
    bogfort, godkendt, bokfoert, kirjattu, finalizata, efectuata, procesata, sale, reconciled,
    transacao efetivada
""")
PENDING: Final = Vocabulary("""
    venter, afventer, avventer, vantar, odottaa, laufend, in bearbeitung, autorisiert, reserviert,
    nicht gebucht, a venir, autorisee, en proceso, en curso, autorizado, retenido, em processamento, agendado,
    agendada, provvisorio, autorizzata, non contabilizzato, gereserveerd, niet verwerkt, zaplanowana,
    autoryzacja, przetwarzana, blokace, nezauctovano, zpracovava se, zarolt, foglalt, feldolgozas alatt,
    onay bekliyor, provizyon, авторизация, авторизовано, не проведено, обрабатывается, очікується, 未入账,
    待处理, 未確定, 処理待ち, pending, hold, held, on hold, vorgemerkt, umsatz vorgemerkt, offen, ausstehend,
    en attente, en cours, authorised, authorized, authorization, authorisation, processing, in progress,
    pendiente, pendente, in attesa, in elaborazione, oczekujaca, oczekujacy, w trakcie, blokada, openstaand,
    in behandeling, cekajici, fuggoben, fuggo, beklemede, bekliyor, reserverad, reserveret, reservert, varaus,
    ventende, в обработке, ожидает, ожидание, в ожидании, холд, в обробці, очікує, 处理中, 等待付款, 待入账,
    処理中, in asteptare, scheduled, planned, upcoming, initiated, created, uncleared, lancamento futuro
""")
FAILED: Final = Vocabulary("""
    annulleret, afvist, avbruten, avslag, storniert, zuruckgewiesen, ruckgangig, rejetee, annulee, anulado,
    anulada, denegado, denegada, devuelto, estornada, negada, stornata, respinta, afgewezen, cofnieta,
    stornovano, neuspesna, torolt, visszautasitva, geri alindi, отклонён, неуспешно, возврат отменен, неуспішно,
    已撤销, 已取消, 取消, 失敗, failed, declined, reverted, cancelled, canceled, denied, rejected, expired,
    void, voided, abgelehnt, fehlgeschlagen, annule, refuse, echoue, rechazado, rechazada, fallido, cancelado,
    cancelada, recusada, rifiutata, annullata, geweigerd, mislukt, geannuleerd, odrzucona, anulowana, zamitnuta,
    zrusena, elutasitva, sikertelen, reddedildi, iptal, basarisiz, отклонено, отклонена, отменено, отменена,
    отказ, відхилено, скасовано, 交易关闭, 支付失败, 失败, 已关闭, 已全额退款, memo, avvist, avvisad, nekad,
    hylatty, respinsa, esuata, unsuccessful, error, aborted, abandoned, reversed
""")

SUMMARY: Final = Vocabulary("""
    balance, opening balance, closing balance, balance brought forward, balance carried forward,
    brought forward, carried forward, starting balance, ending balance, previous balance, beginning balance,
    total, totals, turnover, subtotal, anfangssaldo, endsaldo, saldo, alter saldo, neuer saldo, saldovortrag,
    kontostand, tagessaldo, summe, gesamt, umsatz gesamt, solde, solde initial, solde final, ancien solde,
    nouveau solde, total des operations, saldo inicial, saldo final, saldo anterior, saldo do dia,
    saldo del dia, saldo iniziale, saldo finale, totale, beginsaldo, eindsaldo, totaal, saldo poczatkowe,
    saldo koncowe, razem, suma, pocatecni zustatek, konecny zustatek, celkem, nyito egyenleg, zaro egyenleg,
    osszesen, likutis pradziai, likutis pabaigai, apyvarta, algsaldo, loppsaldo, kaive, sold initial,
    sold final, ingaende saldo, utgaende saldo, acilis bakiyesi, kapanis bakiyesi, devreden bakiye, devir,
    toplam, likutis, pradinis likutis, galutinis likutis, sakuma atlikums, beigu atlikums, apgrozijums, kopa,
    lopp saldo, kokku, saldo awal, saldo akhir, so du dau ky, so du cuoi ky, solde en debut de periode,
    solde en fin de periode, solde debut de periode, solde fin de periode, ancien solde crediteur,
    balance at start of period, balance at end of period, totaux, subtotals, grand total, total general,
    saldo do periodo, saldo atual, saldo disponivel, saldo bloqueado, movimientos totales, total cargos,
    total abonos, начално салдо, крайно салдо, υπολοιπο, יתרת פתיחה, סהכ, יתרה, الرصيد الافتتاحي, الإجمالي,
    входящий остаток, исходящий остаток, остаток, итого, оборот, обороты, вхідний залишок,
    вихідний залишок, разом, 合计, 总计, 小计, 期初余额, 期末余额, 承前页, 過次页, 繰越, 前月繰越, 合計, 합계, 총계
""")
"""Rows that sum up others."""
MONEY_OUT: Final = Vocabulary("""
    purchase, card payment, card transaction, pos, withdrawal, atm, cash machine, direct debit, standing order,
    bill payment, payment to, paid to, transfer to, fee, kartenzahlung, lastschrift, einkauf, uberweisung an,
    dauerauftrag, abhebung, bargeldauszahlung, entgelt, gebuhr, miete, achat, paiement par carte,
    paiement carte, retrait, prelevement, virement emis, cotisation, compra, pago, retiro, cajero, recibo,
    adeudo, cargo, pagamento, levantamento, prelievo, addebito, commissione, canone, betaalautomaat,
    geldautomaat, incasso, betaling aan, zakup, platnosc karta, wyplata, oplata, przelew wychodzacy,
    platba kartou, vyber, odchozi, poplatek, vasarlas, kartyas, keszpenzfelvetel, dij, kop, kortkop, kobenhavn,
    kjop, varekjop, uttag, gebyr, korttiosto, otto, cumparare, plata, retragere, comision, harcama, odeme,
    покупка, оплата, снятие, списание, комиссия, зняття, 消费, 支出, 转出, 取现, 手续费, 扣款, 引出, 支払,
    振込手数料, grocery, groceries, supermarket, restaurant, rent, insurance
""")
MONEY_IN: Final = Vocabulary("""
    salary, payroll, wages, refund, payment received, payment thank you, payment from, received from,
    transfer from, interest paid, interest earned, deposit, direct deposit, reimbursement, cashback, gehalt,
    lohn, rente, erstattung, gutschrift, zahlungseingang, einzahlung, ruckerstattung, steuererstattung, salaire,
    remboursement, virement recu, versement, nomina, abono, ingreso, devolucion, reembolso, salario, vencimento,
    estorno, deposito, stipendio, accredito, rimborso, emolumenti, salaris, teruggave, storting, bijschrijving,
    wynagrodzenie, wplyw, zwrot, przelew przychodzacy, wplata, mzda, plat od, prichozi, vklad, vratka, fizetes,
    munkaber, jovairas, visszaterites, lon, lonn, insattning, lon overforsel, palkka, hyvitys, salariu,
    incasare, maas, iade, gelen, зарплата, пополнение, зачисление, возврат, поступление, зарахування,
    поповнення, 工资, 代发, 收入, 转入, 还款, 退款, 存入, 结息, 利息, 给与, 給与, 振込入金, autopay, auto pay,
    online payment, payment by, automatic payment
""")

MISSING: Final = frozenset(
    ("-", "--", "---", "—", "–", "n/a", "N/A", "na", "NA", "null", "NULL", "none", "None", "nan", "NaN", "/", "\\N")
)

CURRENCIES: Final = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur.": "EUR", "£": "GBP", "₽": "RUB", "₴": "UAH", "₺": "TRY",
    "₹": "INR", "₪": "ILS", "zł": "PLN", "zl": "PLN", "kč": "CZK", "ft": "HUF", "лв": "BGN", "лв.": "BGN",
    "руб": "RUB", "руб.": "RUB", "грн": "UAH", "грн.": "UAH", "r$": "BRL", "₩": "KRW", "฿": "THB", "₫": "VND",
    "₦": "NGN", "₱": "PHP", "tl": "TRY", "rmb": "CNY", "人民币": "CNY", "人民币元": "CNY", "人民幣": "CNY",
    "美元": "USD", "us$": "USD", "usd$": "USD", "欧元": "EUR", "歐元": "EUR", "英镑": "GBP", "日元": "JPY",
    "日圓": "JPY", "港币": "HKD", "港元": "HKD", "港幣": "HKD", "hk$": "HKD", "新台幣": "TWD", "nt$": "TWD",
    "台幣": "TWD", "澳元": "AUD", "加元": "CAD", "新加坡元": "SGD", "瑞士法郎": "CHF", "韩元": "KRW", "円": "JPY",
    "a$": "AUD", "c$": "CAD", "ca$": "CAD", "s$": "SGD", "nz$": "NZD", "sfr": "CHF", "sfr.": "CHF", "rub": "RUB",
    "rur": "RUB", "s/": "PEN", "s/.": "PEN", "soles": "PEN",
}  # fmt: skip
"""Signs and names that mean one currency. ``$``, ``¥`` and ``kr`` mean several."""
