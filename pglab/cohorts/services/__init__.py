"""Loading the program's history: the file is read and checked whole, then what differs is written in one go."""

from pglab.cohorts.services.history_file import HistoryFile, read_history
from pglab.cohorts.services.loading import Loaded, load_history
from pglab.cohorts.services.rows import HistoryFileError

__all__ = ["HistoryFile", "HistoryFileError", "Loaded", "load_history", "read_history"]
