"""One JSON line per log record, so that no logged value can fake another record (security R85)."""

import json
import logging
import re
from datetime import UTC, datetime

from config.request_id import current_request_id

SHARE_PATH = re.compile(r"(/(?:s|share)/)[^/\s\"'?]+")
"""Paths whose next part is a key: `/share/<token>/`. Logs hold the path without it (R17)."""


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": SHARE_PATH.sub(r"\1…", record.getMessage()),
            "request_id": current_request_id.get(),
        }
        if record.exc_info:
            line["exception"] = SHARE_PATH.sub(r"\1…", self.formatException(record.exc_info))
        return json.dumps({key: value for key, value in line.items() if value}, ensure_ascii=False)
