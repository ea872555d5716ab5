"""Reading and checking a case folder: every fault with its file, its line and a plain sentence.

`lines` knows on which line of a TOML text a key stands; `values` takes typed values out of it; `sections` turns tables
into the dataclasses of `casefile.case_folder`; `merchants` reads the merchants file; `rules` says what must agree between
them; `read` is the door.
"""
