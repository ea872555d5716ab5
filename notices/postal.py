"""The postal file: who is to get the notice on paper, for the mail house, with counts that reconcile."""
