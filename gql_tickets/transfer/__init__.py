"""Files of tickets: how an export is written, and how the files of several programs are read.

Nothing here knows a database. A reader makes an Incoming of a file, which service/importing takes;
a writer takes what service/exporting hands out.
"""
