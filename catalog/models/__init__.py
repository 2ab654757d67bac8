"""The tables of `catalog`."""

from catalog.models.entries import CatalogEntry, CatalogState

__all__ = ["CatalogEntry", "CatalogState"]
