"""One person's proof: the notice as it was sent, every attempt with the server's reply, and whatever came back."""
