"""What we say to people, to whom, and what became of it: templates, checking, sending, pace, bounces, reach."""
