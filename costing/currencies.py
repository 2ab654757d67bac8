"""The currencies of reports, each at one dated rate (tco.R4)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from costing.engine.model import Currency
from designer.engine.document import ReportingCurrency

USD_PER_EUR = Decimal("1.1567")

CURRENCIES: Mapping[ReportingCurrency, Currency] = {
    ReportingCurrency.USD: Currency(),
    ReportingCurrency.EUR: Currency(
        code="EUR",
        per_usd=round(1 / USD_PER_EUR, 12),
        as_of=date(2026, 8, 14),
        source=f"European Central Bank, reference rate: 1 EUR = {USD_PER_EUR} USD",
    ),
}
