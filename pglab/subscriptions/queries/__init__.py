"""Reading news, who follows it, and who has not been told yet."""

from pglab.subscriptions.queries.followers import (
    count_followers,
    find_following,
    get_follower,
    get_request,
    list_wishes,
    lock_follower,
    lock_request,
)
from pglab.subscriptions.queries.news import (
    News,
    find_call_news,
    find_news,
    list_cohorts,
    list_cohorts_to_choose,
    list_news,
    list_running_cohorts,
    overtaken,
)
from pglab.subscriptions.queries.owed import is_quiet, list_items, list_owed

__all__ = [
    "News",
    "count_followers",
    "find_call_news",
    "find_following",
    "find_news",
    "get_follower",
    "get_request",
    "is_quiet",
    "list_cohorts",
    "list_cohorts_to_choose",
    "list_items",
    "list_news",
    "list_owed",
    "list_running_cohorts",
    "list_wishes",
    "lock_follower",
    "lock_request",
    "overtaken",
]
