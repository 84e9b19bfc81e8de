"""The stream: states that the machine emits by itself while a run is under way."""
