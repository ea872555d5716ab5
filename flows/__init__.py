"""The order of work: one thin Prefect flow per arrow of the natural way, the dispatcher, and the `redress` command."""
