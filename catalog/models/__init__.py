"""The tables of `catalog`."""

from catalog.models.entries import CatalogEntry, CatalogState
from catalog.models.hardware import HardwareImport, HardwareModel
from catalog.models.prices import (
    CloudOffer,
    CloudServicePrice,
    Frozen,
    PriceBook,
    PriceBookVersion,
    PriceOrigin,
)

__all__ = [
    "CatalogEntry",
    "CatalogState",
    "CloudOffer",
    "CloudServicePrice",
    "Frozen",
    "HardwareImport",
    "HardwareModel",
    "PriceBook",
    "PriceBookVersion",
    "PriceOrigin",
]
