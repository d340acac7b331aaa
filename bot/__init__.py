"""Callboard: answers applicants' questions about a call from the call's own facts.

The floors, top to bottom. Imports go down only, and rooms on one floor do not know each other; `make lint` holds both.

    __main__ | commands   starts, parses, calls one use case a command, prints
    wiring                builds the program from its settings; the only place that knows every part
    config                config.yaml and the environment -> a frozen Config; all mistakes at once
    channels | files      the edges: to people; to knowledge, templates and questions on disk
    usecases              one duty a file, speaking to the edges only through ports.py
    answering             from a question to an answer; pure: no clock, no files, no network, no log
    correspondence        what a letter is; pure
    model                 values and their laws, frozen

Rooms that later releases add: storage beside files, mailing beside answering.
"""

import os

# numpy's matrix libraries start a thread a core. The matrices here are too small for that: on two busy cores, learning
# the phrasings takes 345 s with two threads and 96 s with one, whose weights do not depend on the number of cores.
# Has to be said before numpy is imported; what is set in the environment goes first.
for _library in ("MKL_NUM", "OMP_NUM", "OPENBLAS_NUM", "VECLIB_MAXIMUM"):
    os.environ.setdefault(f"{_library}_THREADS", "1")
