"""Does a notice say what it must, so that people can read it? `rules` asks every question; each finding names rule and source.

`passages` (what the law wants said), `reading` (grade, dates, sameness of text and page), `looks` (contrast, alternatives).
"""
