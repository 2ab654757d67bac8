"""What a JSON body may hold, and how answers are written."""

from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class StrictJSONParser(JSONParser):
    pass


class StrictJSONRenderer(JSONRenderer):
    pass
