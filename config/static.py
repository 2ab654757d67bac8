"""Static files with a hash in their name; what Vite built has one already and keeps it."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class BuiltAssetsStorage(CompressedManifestStaticFilesStorage):
    """Leaves `build/` alone: hashed twice, chunks that import each other would load under two names."""

    def post_process(
        self, paths: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Iterator[tuple[str, str, bool]]:
        built = [path for path in paths if path.startswith("build/")]
        rest = {path: where for path, where in paths.items() if not path.startswith("build/")}
        yield from super().post_process(rest, *args, **kwargs)
        if self.keep_only_hashed_files:
            return
        for path, compressed in self.compress_files(built):
            yield path, compressed, True

    def stored_name(self, name: str) -> str:
        return name if name.startswith("build/") else super().stored_name(name)
