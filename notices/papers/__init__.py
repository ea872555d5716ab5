"""Typst templates of the papers and letters; `notices.typesetting` compiles them with data passed as JSON."""
