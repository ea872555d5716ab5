"""One spelling for each thing that is written in many ways: names, addresses, phones, e-mails, dates.

Every module takes Arrow columns, works on their distinct values and gives dictionary-encoded columns of the same length, each
spelling once in the dictionary. What is not known is null. Normalising what is already normal changes nothing.
"""
