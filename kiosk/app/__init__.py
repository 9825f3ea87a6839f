"""The composition root: plugs devices, database, voice and window together."""
