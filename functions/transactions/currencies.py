"""Currencies of ISO 4217: their minor units (digits after the decimal point), and the years of withdrawn ones."""

from datetime import date
from types import MappingProxyType

import msgspec

_CODES_BY_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
        CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
        HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
        MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
        SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW
        ZWG
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

_WITHDRAWN = """
    ATS 2 1970 2002   AZM 2 1994 2006   BEF 0 1970 2002   BGL 2 1970 1999   BYR 0 2000 2016   CSD 2 2003 2006
    CYP 2 1970 2008   DEM 2 1970 2002   EEK 2 1992 2011   ESP 0 1970 2002   FIM 2 1970 2002   FRF 2 1970 2002
    GHC 2 1970 2007   GRD 0 1970 2002   HRK 2 1994 2023   IEP 2 1970 2002   ITL 0 1970 2002   LTL 2 1993 2015
    LUF 0 1970 2002   LVL 2 1992 2014   MRO 2 1973 2017   MTL 2 1972 2008   MZM 2 1980 2006   NLG 2 1970 2002
    PLZ 2 1970 1996   PTE 0 1970 2002   ROL 2 1970 2005   RUR 2 1991 1998   SDD 2 1992 2007   SIT 2 1991 2007
    SKK 2 1993 2009   SLL 2 1970 2024   STD 2 1977 2018   TMM 2 1993 2009   TRL 0 1970 2005   VEF 2 2008 2018
    YUM 2 1994 2003   ZMK 2 1970 2013   ZWL 2 2009 2024
"""
"""Code, minor units, and the first and last year in which bookings were made in it: what ISO 4217 lists as historic
(list three), with the year of the changeover. Before 1970 no booking date lies."""


class Validity(msgspec.Struct, frozen=True):
    """The days on which a withdrawn currency was one."""

    first: date
    last: date


def _withdrawn() -> dict[str, tuple[int, Validity]]:
    words = iter(_WITHDRAWN.split())
    return {
        code: (int(digits), Validity(date(int(first), 1, 1), date(int(last), 12, 31)))
        for code, digits, first, last in zip(words, words, words, words, strict=True)
    }


MINOR_UNITS = MappingProxyType(
    {code: digits for digits, codes in _CODES_BY_MINOR_UNITS.items() for code in codes.split()}
    | {code: digits for code, (digits, _) in _withdrawn().items()}
)
"""Digits after the decimal point by currency code."""

VALIDITY = MappingProxyType({code: validity for code, (_, validity) in _withdrawn().items()})
"""When withdrawn currencies were valid, by code. Files may have rows of that time."""
