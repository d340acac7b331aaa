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
