# -*- coding: latin-1 -*-
"""A source that is not UTF-8."""

café = "café"


def naïve(élève):
    résumé = élève + café
    return résumé


print(ascii(naïve("à")), len(café))
