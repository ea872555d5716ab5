"""Other open engines, each run as its documentation advises; every file here runs by the Python that has the peer installed."""
