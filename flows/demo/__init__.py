"""The demonstration: a whole synthetic case on this machine, through the real doors, measured against its known truth.

`processes` starts and stops what runs beside it; `claimants` file claims over HTTP; `results` compares with the truth and
adds up; `story` puts them in order.
"""
