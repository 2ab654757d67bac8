"""What ties a response, its log lines and its audit entries together: an id, and who asked from where."""

from contextvars import ContextVar

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
current_source: ContextVar[str] = ContextVar("current_source", default="")
