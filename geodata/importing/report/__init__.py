"""The report of an import: sentences, page and map."""
