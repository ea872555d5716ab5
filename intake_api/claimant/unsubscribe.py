"""Stopping reminders: a page with a button and the one-click post of mail programs; it is never an exclusion from the class."""
