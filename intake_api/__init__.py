"""The web: the claimant site (public), the console (staff) and the hooks (mail providers)."""
