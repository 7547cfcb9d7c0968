"""The measured jobs by name. Each makes its own world, measures ours and the floor in turn, and prints its line."""

from collections.abc import Callable
from functools import partial

from bench.jobs import applying, pages, processes, reading, scoring, uploading

JOBS: dict[str, Callable[[], None]] = {
    "public_page": pages.public_page,
    "public_page_cold": pages.public_page_cold,
    "apply_journey": applying.apply_journey,
    "submit": applying.submit,
    "score": scoring.score,
    **{f"ranking_{size}": partial(reading.ranking, size) for size in (100, 300, 1000)},
    **{f"list_{size}": partial(reading.opened_list, size) for size in (100, 1000)},
    "finance": reading.finance,
    "workspace": reading.workspace,
    "upload_form_page": reading.upload_form_page,
    "upload_form": uploading.upload_form,
    "upload_parts": uploading.upload_parts,
    "memory_uploads": uploading.memory_uploads,
    "cold_start": processes.cold_start,
    "memory_web": processes.memory_web,
    "memory_worker": processes.memory_worker,
}
