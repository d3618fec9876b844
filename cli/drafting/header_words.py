# ruff: noqa: RUF001 - letters in their own scripts
"""What banks of many countries write into headers. A draft trusts arithmetic first and these words second."""

from typing import Final

from cli.drafting.words import Vocabulary

BOOKING_DATE: Final = Vocabulary("""
    booking date, booked, booking, posting date, posted, post date, buchungstag, buchungsdatum, buchung,
    entry date, date comptable, comptabilisation, date operation, date d'operation, fecha contable,
    fecha operacion, fecha de operacion, fecha de la operacion, data contabile, data contabilizzazione,
    data operazione, data ksiegowania, data operacji, boekdatum, boekingsdatum, zauctovani, datum provedeni,
    datum uctovani, konyveles, konyvelesi datum, bogforingsdato, bokforingsdag, bokforingsdatum, bokfort,
    bokforingsdato, kirjauspaiva, kirjauspvm, bokfoert, data lancamento, data do movimento, data mov,
    data movimento, data inregistrarii, data tranzactiei, islem tarihi, дата операции, дата проводки,
    дата обработки, дата операції, дата проведення, 记账日期, 记账日, 入账日期, 入账日, 记帐日期, 過帳日期,
    入帳日, 取引日, completed date, completed, accounting date, dato bokfort, knjizenja, datum knjizenja,
    datum zauctovania, grubuotas, kande kuupaev,
    maksejuma datums, gramatosanas datums, datum knjizbe, datum promene, datum transakcije, tanggal posting, tanggal
    transaksi, ngay giao dich, ngay hach toan, transactiedatum boeking, bokunardagur, дата на осчетоводяване,
    ημερομηνια, تاريخ العملية, 거래일자, 거래일시, 取扱日, お取引日, 利用日, ご利用日
""")
VALUE_DATE: Final = Vocabulary("""
    value date, value, valuta, valutadatum, valutadato, wertstellung, wertstellungstag, wertstellungsdatum,
    wert, valeur, date de valeur, fecha valor, f valor, data valor, data valuta, data waluty, rentedatum,
    datum valuty, erteknap, ertek nap, rentedato, valutadag, arvopaiva, data valutei, valor tarihi,
    дата валютирования, дата валютування, 起息日, 起息日期, interest date, 起算日,
    datum valute, вальор, valeur date, vaxtadagur, valuuta kuupaev, valiutavimo data, יום ערך, תאריך ערך, ngay hieu
    luc, available on, available at
""")
SETTLED_DATE: Final = Vocabulary("""
    settled, settlement date, settlement time, clearing date, date processed, process date, processed, effective date
""")
"""When a payment came through: as a rule the day of booking, with providers also that of the payout."""
PAYOUT_DATE: Final = Vocabulary("""
    transfer date, payout date, paid out at, arrival date, expected payout, auszahlungsdatum
""")
"""When a provider passes money on, which is later than its booking."""
STARTED_DATE: Final = Vocabulary("""
    started, created, initiated, transaction date, purchase date, authorised, belegdatum, kaufdatum,
    transaktionsdatum, umsatzdatum, date achat, date de transaction, fecha transaccion, fecha compra,
    data transakcji, data transazione, transactiedatum, kopsdatum, kobsdato, kjopsdato, datum transakce,
    tranzakcio datuma, 交易日期, 交易日, order date, due, faellig, exported, statement date, updated, modified,
    invoice date, rechnungsdatum
""")
DATE: Final = Vocabulary("""
    date, datum, fecha, data, dato, paiva, tarih, дата, datums, kuupaev, 日期, 日付, 年月日, timestamp, time,
    dag, pvm, dia, idopont, 时间, 날짜, 거래일, วันที่, zeit,
    tanggal, tgl, ngay, dagsetning, תאריך, تاريخ, дата и час, dates, jour, tarihi, 日時
""")

BALANCE: Final = Vocabulary("""
    balance, saldo, solde, kontostand, stand, bakiye, egyenleg, zustatek, zostatok, stan konta, sold, остаток,
    баланс, залишок, 余额, 餘額, 結餘, 结余, 残高, 差引残高, saldi, saldo final, sald, jaak, likutis, 잔액,
    ยอดคงเหลือ, υπολοιπο, stanje, kontosaldo, running total, available, ledger,
    balanta, saldo akhir, so du, stada, yfirstada, יתרה, رصيد, الرصيد, наличност, салдо, zostatok, bilance,
    残額, 現在高, 帳戶餘額, 账户余额
""")
FEE: Final = Vocabulary("""
    fee, fees, commission, charges, gebuhr, gebuhren, entgelt, frais, comision, comissao, commissione,
    commissioni, prowizja, oplata, kosten, poplatek, poplatky, dij, jutalek, gebyr, avgift, comisioane,
    komisyon, masraf, комиссия, комісія, 手续费, 手續費, 手数料, 服务费, provize, provisjon, kulu, teenustasu,
    biaya, עמלה, عمولة, такса, naknada, provizija, maksa
""")
GROSS: Final = Vocabulary("""
    gross, brutto, brut, bruto, lordo, 总额, brutto betrag, bruttobetrag
""")
NET: Final = Vocabulary("""
    net, netto, nettobetrag, neto, netto betrag, liquido, 净额
""")
ORIGINAL: Final = Vocabulary("""
    original, originalbetrag, foreign, fremdwahrung, fremdbetrag, ursprung, ursprungs, etranger, origine,
    devise etrangere, extranjera, divisa, estrangeira, estera, obca, obcej, zagraniczna, vreemde, zahranicni,
    puvodni, eredeti, utlandsk, valutabelob, ausland, auslandsbetrag, local amount, transaction currency,
    transaction amount, instructed, source, sent amount, merchant, local, counter value, gegenwert, equivalent,
    эквивалент, еквівалент, 原币, 外币, 交易地金额, 交易币种, 交易金额, 原交易, currency of operation,
    operation amount, сумма операции, сума операції, валюта операции, исходная, trans amt, kwota transakcji,
    kwota operacji, kwota w walucie transakcji, castka v mene, castka obratu
""")
"""What was paid in another currency, or elsewhere, as against what the account was charged."""
BILLED: Final = Vocabulary("""
    billing, billed, settlement, account currency, kontowahrung, umsatz in eur, charged, rachunku,
    card currency, карты, счета, картки, 记账, 入账, 结算, 入账金额, 记账金额, 결제, converted,
    in wahrung des kontos, kwota w walucie rachunku, bezogen, castka v mene uctu, target, booked amount,
    konto wahrung, account amount
""")
RATE: Final = Vocabulary("""
    rate, kurs, exchange, fx, taux, tipo de cambio, cambio, tasso, koers, wechselkurs, umrechnungskurs, курс,
    汇率, 匯率, レート, arfolyam, kur, interest rate, zinssatz, percent, prozent, devisenkurs, exchange rate,
    vaxelkurs, valutakurs
""")
QUANTITY: Final = Vocabulary("""
    quantity, qty, shares, units, anzahl, stuck, menge, nominale, quantite, cantidad, quantita, aantal, ilosc,
    pocet, 数量, nombre, price, kurs pro, preis, prix, precio, prezzo, prijs, cena, 价格, per share, points,
    punkte, miles, cashback, rewards, tax, vat, mwst, ust, steuer, umsatzsteuer, tva, iva, btw, podatek, moms,
    налог, limit, credit limit, discount, rabatt, tip, mcc, 积分, interest, zinsen, sales tax, shipping, scale,
    exponent, insurance, latitude, longitude, kilometer, refunded amount, amount refunded, bonus, кешбэк, кешбек,
    кэшбэк,
    кешбеку, 折扣, original price, round up, pending amount, age, population
""")
"""Numbers that are no money moved."""
DEBIT: Final = Vocabulary("""
    debit, debits, debit amount, ausgehend, abgehend, salida, salidas, uscente, odchozi, wychodzace, wychodzacy,
    zarachowane, списання, видатки, дебетовий, debitor betrag, lastgeschrieben, pago, pagos, charge, payment,
    zahlungsausgang, kimeno, sortant, sorties, uitgaand, utgaende, lahteva, iesire, iesiri, giden, cikis, výběr,
    vyber, vybery, расходы, списания, 支付金额, 付款金额, 減少, 扣款, soll, belastung, belastungen, lastschrift,
    lastschriften, ausgang, ausgange, ausgabe, ausgaben, abgang, auszahlung, withdrawal, withdrawals, paid out,
    money out, payments out, outflow, outgoing, spent, dr, debito, debe, cargo, cargos, sortie, depense,
    depenses, retrait, dare, addebito, addebiti, uscite, uscita, debet, af, afschrijving, uit, obciazenia,
    obciazenie, wydatki, wyplaty, wydatek, vydaj, vydaje, odepsano, terheles, terhelesek, kiadas, debitare,
    debitari, borc, cikan, gider, расход, списание, дебет, списано, видаток, витрати, 支出, 支出金额, 借方,
    借方发生额, 借方金额, 借方金額, 出金, 出金額, お支払金額, 支払, 支払金額, お引出し, 引出, 引出金額, 提款,
    支取, 转出, ut, uttag, ut fra konto, ud, udbetaling, utbetaling, maksut, debitering, levonas, egreso,
    egresos, gasto, gastos, retiro, retiros, saida, saidas, isplata, duguje, 출금, 찾으신금액, 出账, out,
    expense, expenses, terhelt,
    na tarchu, na tarchu uctu, debetas, debets, deebet, rashod, odliv, teret, zaduzenje, χρεωση, חובה, مدين, مدين
    الحساب, keluar, debet keluar, ghi no, ถอน, 払出, 払出金額, 支払い金額, お引出し金額, izdatak, borc tutari, дебит,
    тегления
""")
CREDIT: Final = Vocabulary("""
    credit, credits, credit amount, eingehend, entrante, entrantes, prichozi, przychodzace, przychodzacy,
    зарахування, кредитовий, gutgeschrieben, cobro, cobros, ingresado, zahlungseingang, bejovo, entrant,
    entrees, inkomend, ingaende, saapuva, intrare, intrari, gelen, giris, vklad, vklady, приходы, зачисления,
    поступления, 收款金额, 増加, 进账, haben, gutschrift, gutschriften, eingang, eingange, einnahme, einnahmen,
    zugang, einzahlung, deposit, deposits, paid in, money in, payments in, inflow, incoming, received, cr,
    credito, haber, abono, abonos, entree, recette, recettes, versement, avere, accredito, accrediti, entrate,
    entrata, bij, bijschrijving, uznania, uznanie, wplywy, wplaty, przychod, prijem, prijmy, pripsano, jovairas,
    jovairasok, bevetel, creditare, creditari, alacak, giren, gelir, приход, зачисление, кредит, зачислено,
    надходження, поступление, доход, 收入, 收入金额, 贷方, 貸方, 贷方发生额, 贷方金额, 貸方金額, 入金, 入金額,
    お預り金額, お預入れ, 預入, 預入金額, 存款, 存入, 转入, kredit, inn, innskudd, insattning, inn pa konto,
    ind, indbetaling, innbetaling, panot, kreditering, ingreso, ingresos, deposito, depositos, entrada,
    entradas, uplata, potrazuje, 입금, 맡기신금액, 入账, in, income, jovairt,
    v prospech, v prospech uctu, kreditas, kredits, kreedit, prihod, priliv, odobrenje, πιστωση, זכות, دائن,
    masuk, ghi co, ฝาก, 預入れ, 預かり金額, お預入れ金額, primitak, alacak tutari
""")
AMOUNT: Final = Vocabulary("""
    amount, amt, value, wert, betrag, umsatz, summe, montant, importe, importo, import, monto, bedrag, belob,
    belop, beloep, kwota, castka, ciastka, suma, osszeg, valor, tutar, tutari, сумма, сума, 金额, 金額, 发生额,
    交易额, somme, quantia, quantidade, iznos, summa, total, maara, montante, cantidad, money, 금액, 거래금액,
    จำนวนเงิน, ποσο, wartosc, vrijednost, obrat, transaktion, movimento, movimiento, transactie,
    jumlah, mutasi, so tien, upphaed, סכום, مبلغ, المبلغ, стойност, apyvartos suma, znesek,
    importe total, 取引金額, 利用金額, ご利用金額, 入出金
""")
CLOSING: Final = Vocabulary("""
    to, until, till, through, as of, as at, to date, date to, end date, closing date, statement date, statement to,
    statement as at, statement period, period, for period, from to, closing, balance as of, balance as at,
    bis, bis datum, zeitraum, abrechnungsdatum, stichtag, kontoauszug vom, stand, au, jusqu au, periode, date de fin,
    arrete au, hasta, fecha hasta, fecha final, fecha fin, fecha de corte, fecha corte, periodo, desde hasta, ate,
    data final, data fim, al, fino al, data fine, t m, tot, tot en met, einddatum, do, okres, za okres, obdobi,
    za obdobi, til, til dato, till och med, period till, til og med, donem, tarih araligi, bitis tarihi, по,
    за период, за період, период, sampai, tanggal, den ngay, 期間, 期间, 终止时间, 終了日, 기간, 至
""")
"""The label of the last day of a statement."""
STATE: Final = Vocabulary("""
    status, state, booking status, posting status, zustand, buchungsstatus, statut, etat, estado, situacion, situacao,
    stato, stan, stav, stare, tila, tilstand, allapot, durum, durumu, busena, statuss, olek, статус, состояние, стан,
    状态, 當前狀態, 狀態, ステータス, 状況, 상태, สถานะ, trang thai, סטטוס, الحالة
""")
"""The header of a column that may say whether a row is booked."""
SCALE: Final = Vocabulary("""
    scale, exponent, decimals, decimal places, precision, currency exponent, fraction digits, minor unit digits
""")
"""The header of a number that says how many decimals another number has."""
CURRENCY: Final = Vocabulary("""
    currency, ccy, cur, curr, wahrung, waehrung, whg, devise, monnaie, monn, moneda, divisa, moeda, valuta,
    munt, muntsoort, waluta, mena, devizanem, penznem, valuutta, para birimi, doviz, doviz cinsi, валюта, 币种,
    币别, 幣別, 货币, 貨幣, 通貨, iso code, currency code,
    valiuta, valuuta, valuta kods, mata uang, loai tien, mynt, מטבע, عملة, العملة, валюта на, currency iso, νομισμα,
    valyuta, intl currency, devise du compte
""")

OWN: Final = Vocabulary("""
    own, auftragskonto, iban auftragskonto, konto eigen, eigenes, account, account number, account no, acct,
    konto, kontonummer, account name, account id, compte, numero de compte, cuenta, numero de cuenta, conta,
    conto, rekening, rekeningnummer, iban bban, rachunek, numer rachunku, ucet, cislo uctu, szamla, szamlaszam,
    booking account, tili, hesap, счет, номер счета, рахунок, 账号, 帐号, 卡号, 口座, 口座番号, card number,
    card no, kartennummer, kartennr, produit, product, konto nr, kontonr, 本方账号, my account,
    saskaitos nr, konta nr, kliendi konto, numero de conta, numero da conta, cuenta no, konto iban, rachunek
    nadawcy, nomor rekening, so tai khoan, חשבון, cuenta origen, cislo vlastniho uctu
""")
OTHER: Final = Vocabulary("""
    counterparty, counter, contra, counterpart, counter account, other, gegen, gegenkonto, gegenpartei,
    gegenseite, tegen, tegenrekening, tegenpartij, contraparte, contrepartie, controparte, beneficiary,
    beneficiaire, beneficiario, begunstigter, beguenstigter, beguenstigt, begunstigt, zahlungspflichtiger,
    empfanger, empfaenger, auftraggeber, payee, payer, partner, name, creditor, debtor, creancier, debiteur,
    merchant, vendor, handler, ordonnateur, destinataire, destinatario, ordenante, ordinante, remitente,
    kontrahent, kontrahenta, odbiorca, nadawca, nadawcy, protistrana, protiucet, protiuctu, nazev protiuctu,
    kedvezmenyezett, ellenoldal, partner neve, mottager, mottaker, afsender, avsandare, saaja, maksaja,
    beneficiar, platitor, alici, gonderen, получатель, плательщик, контрагент, отримувач, платник, 对方, 对手,
    對方, 交易对方, 收款人, 付款人, お取引先, sender, receiver, recipient, remitter, to, from, zahler,
    verwender, naam, nom, nome, nombre, nazev, nazwa, nev, von, zu, an, party, 商户, 商家, 店, ご利用店名,
    取引先,
    gavejas, moketojas, gavejas moketojas, sanemejs, maksatajs, sanemejs maksatajs, makse saaja, prejemnik,
    primatelj, primalac, platilac, penerima, pengirim, nguoi nhan, nguoi huong, שם, المستفيد, получател,
    наредител, ονομα, αντισυμβαλλομενος, bénéficiaire
""")
CODE: Final = Vocabulary("""
    type, umsatztyp, umsatzart, buchungstext, buchungsart, transaktionsart, art, category, kategorie,
    transaction code, code, mutatiesoort, mutatie soort, nature, tipo, tipo operacion, causale, rodzaj, typ,
    typ operacji, rodzaj operacji, typ transakce, typ pohybu, tipus, tranzakcio tipusa, tyyppi, laji,
    transaksjonstype, tip, tip tranzactie, islem, islem tipi, тип, категория, вид, тип операции, 交易类型,
    业务类型, 交易种类, 摘要, 取引区分
""")
REMITTANCE: Final = Vocabulary("""
    description, purpose, verwendungszweck, details, detail, memo, narrative, narration, particulars,
    remittance, reference, payment reference, message, note, notes, comment, text, buchungsdetails,
    beschreibung, bezeichnung, vorgang, zweck, libelle, communication, motif, concepto, descripcion,
    observaciones, historico, descricao, descritivo, descrizione, descrizione operazione, omschrijving,
    mededeling, mededelingen, naam omschrijving, opis, opis operacji, tytul, tytul operacji, zprava, popis,
    poznamka, ucel platby, kozlemeny, leiras, megjegyzes, tekst, melding, meddelande, specifikation, viesti,
    selitys, descriere, detalii, aciklama, описание, назначение, назначение платежа, опис, призначення,
    призначення платежу, 附言, 用途, 交易说明, 商品说明, 备注, 備註, 摘要, お取り扱い内容, 内容, 適用, メモ,
    информация, title,
    paaiskinimai, paskirtis, mokejimo paskirtis, informacija, informacija sanemejam, selgitus, svrha, opis placanja,
    keterangan, uraian, dien giai, noi dung, skyring, texti, תיאור, פרטים, البيان, الوصف, основание,
    περιγραφη, αιτιολογια, 取引内容, 적요, 내용, particulars, concepto ampliado, お取扱内容
""")
TRANSACTION_ID: Final = Vocabulary("""
    transaction id, transaction number, transaction no, transaction ref, transaction reference, entry id,
    entry reference, booking id, id, ref, reference number, reference no, reference id, transactionid,
    transaktionsid, transaktionsnummer, transaktionscode, buchungsreferenz, numero de transaction,
    n de transaction, numero operacion, id transakcji, numer referencyjny, numer transakcji, id operace,
    id pohybu, cislo operace, tranzakcio azonosito, azonosito, arkistointitunnus, arkiveringsreferens, referenz,
    transaktionsnr, islem no, dekont no, номер операции, номер документа, id транзакции, 交易流水号, 流水号,
    交易号, 交易订单号, 交易单号, 凭证号, identifier, uuid, guid, transaction hash, zakelijke id, volgnr
""")
NO_TEXT: Final = Vocabulary("""
    bic, swift, blz, auftragskonto, own, mandat, mandatsreferenz, glaubiger, glaeubiger, creditor id, bank,
    iban, bankname, sort code, account, kontonummer, status, zip, city, country, phone
""")
"""Columns that say nothing of the other party or of the purpose."""
REFERENCE: Final = Vocabulary("""
    reference, ref, id, uid, uuid, email, mail, e mail, phone, url, order, customer code, token, referenz, referencia,
    referencja, account number, account no, card number, number
""")
"""Columns that identify, and are neither a name nor a kind."""
NO_ACCOUNT: Final = Vocabulary("""
    type, typ, balance, currency, saldo, wahrung, owner, holder, inhaber, tipo, status, category, bank, bic,
    code, amount, betrag, umsatz, date, datum, fee
""")
"""Beside a word for an account: then it says something of the account, and is not its number."""
NAME_OF_NUMBER: Final = Vocabulary("""
    id, number, no, nr, num, nummer, numero, ref, reference, referenz, code, account, konto, kontonummer, blz,
    bic, iban, phone, telefon, zip, plz, postal, mandate, mandat, mandatsreferenz, creditor id, customer,
    kunden, card, karte, cheque, check, check number, folio, batch, sequence, line, position, index, year,
    month, day, mcc, merchant category, ico, vs, ks, ss, variabilni symbol, konstantni symbol,
    specificky symbol, 账号, 卡号, 流水号, 号, unix, epoch, timestamp, time, zeit, count, row, terminal, store,
    cislo, cislo uctu, kod, kod banky
""")
"""Digits under such a word are a name, not a number."""
DIRECTION: Final = Vocabulary("""
    direction, indicator, sign, dc, cd, d c, c d, dk, d k, k d, d h, s h, h s, soll haben, debit credit,
    credit debit, creditdebet, debet credit, debet kredit, dr cr, cr dr, db cr, af bij, b a, borc alacak, t j,
    sens, naturaleza, natureza, tipo, type, typ, tip, tipus, jelleg, art, side, strona, smer, kierunek,
    richtung, irany, retning, riktning, suunta, вид, тип, дт кт, напрям, направление, 借贷, 借貸, 收支, 收 支, 収支,
    入出金, 方向, code, kennzeichen, vorzeichen, dare avere, segno, ind, flow, in out, kz, movement, movimiento,
    movimento
""")
"""The header of a column of letters for the direction."""
TIME: Final = Vocabulary("""
    time, timestamp, date, datum, created, created at, posted, booked, completed, settled, ts, unix, epoch
""")
"""What may be the time since 1970."""
CARD: Final = Vocabulary("""
    card, merchant, purchase, karte, kartennummer, kreditkarte, carte, tarjeta, cartao, carta, kaart, kort,
    karta, karty, kartya, kart, карта, карты, карти, 卡号, 商户, カード, ご利用
""")
"""In a header, it rather says that the file lists payments."""
MINOR: Final = Vocabulary("""
    minor, minor units, base units, unscaled, unscaled value, cents, cent, pence, centimes, rappen, kopecks,
    groszy, minor amount
""")
DATE_HEADERS: Final = Vocabulary.of(BOOKING_DATE, SETTLED_DATE, VALUE_DATE, STARTED_DATE, DATE)
MONEY_HEADERS: Final = Vocabulary.of(AMOUNT, BALANCE, DEBIT, CREDIT, FEE)
ALL_HEADERS: Final = Vocabulary.of(
    BOOKING_DATE, SETTLED_DATE, VALUE_DATE, DATE, BALANCE, FEE, DEBIT, CREDIT, AMOUNT, CURRENCY, OTHER, REMITTANCE,
    TRANSACTION_ID, CODE, OWN,
)  # fmt: skip
